using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Revocations;

/// <summary>Revocations of user pools that the application's resolver finds.</summary>
[TestClass]
public sealed class ResolvedPoolRevocationTests : IDisposable
{
    private readonly CognitoTestPool _configured = new();
    private readonly CognitoTestPool _tenant = new();
    private readonly CognitoTokenValidator _validator;

    public ResolvedPoolRevocationTests()
    {
        var options = new CognitoJwtAuthenticationOptions();
        _configured.Configure(options);
        options.UserPoolResolver = (id, _) => Task.FromResult(id == _tenant.UserPool.UserPoolId ? _tenant.UserPool : null);
        _configured.OnJwksRequest = (request, _) => Task.FromResult(new System.Net.Http.HttpResponseMessage
        {
            Content = new System.Net.Http.StringContent(
                request.RequestUri!.AbsoluteUri.StartsWith(_tenant.Issuer, StringComparison.Ordinal) ? _tenant.Jwks : _configured.Jwks,
                System.Text.Encoding.UTF8,
                "application/json"),
        });
        _validator = new CognitoTokenValidator(options);
    }

    public void Dispose()
    {
        _validator.Dispose();
        _tenant.Dispose();
        _configured.Dispose();
    }

    [TestMethod]
    public async Task User_is_refused_although_the_pool_was_unknown_at_the_revocation()
    {
        var (bob, alice) = (_tenant.IdToken("bob"), _tenant.IdToken("alice"));
        var subject = (await _validator.ValidateAsync(_configured.IdToken("bob"))).Token!.Subject;

        await _validator.Revocations.RevokeUserAsync(_tenant.UserPool.UserPoolId!, subject);

        Assert.AreEqual(TokenRejection.Revoked, (await _validator.ValidateAsync(bob)).Rejection);
        Assert.AreEqual(TokenRejection.None, (await _validator.ValidateAsync(alice)).Rejection);
        Assert.AreEqual(TokenRejection.None, (await _validator.ValidateAsync(_configured.IdToken("bob"))).Rejection);
    }

    [TestMethod]
    public async Task Client_is_refused_although_the_pool_was_unknown_at_the_revocation()
    {
        string token = _tenant.AccessToken();

        await _validator.Revocations.RevokeClientAsync(_tenant.UserPool.UserPoolId!, _tenant.ClientId);

        Assert.AreEqual(TokenRejection.Revoked, (await _validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task Text_that_is_no_pool_id_throws()
    {
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => _validator.Revocations.RevokeUserAsync("tenant", "sub"));
    }

    [TestMethod]
    public async Task Unknown_client_of_a_configured_pool_throws()
    {
        await Assert.ThrowsExactlyAsync<ArgumentException>(
            () => _validator.Revocations.RevokeClientAsync(_configured.UserPool.UserPoolId!, "unknown"));
    }
}

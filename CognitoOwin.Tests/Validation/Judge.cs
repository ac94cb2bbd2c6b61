using System;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <summary>The validator of an application that accepts one test pool.</summary>
internal static class Judge
{
    public static CognitoTokenValidator For(CognitoTestPool pool, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        configure?.Invoke(options);
        return new CognitoTokenValidator(options);
    }

    public static async Task<TokenRejection> RejectionOfAsync(
        CognitoTestPool pool, string token, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        using var validator = For(pool, configure);
        return (await validator.ValidateAsync(token)).Rejection;
    }

    public static void Serve(this CognitoTestPool pool, string jwks) =>
        pool.OnJwksRequest = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(jwks, Encoding.UTF8, "application/json"),
        });
}

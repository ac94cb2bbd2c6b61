using System;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <summary>Creates validators that accept the tokens of one test pool.</summary>
internal static class PoolValidator
{
    public static CognitoTokenValidator Create(CognitoTestPool pool, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        configure?.Invoke(options);
        return new CognitoTokenValidator(options);
    }

    public static async Task<TokenRejection> GetRejectionAsync(
        CognitoTestPool pool, string token, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        using var validator = Create(pool, configure);
        return (await validator.ValidateAsync(token)).Rejection;
    }

    /// <summary>Answers each request for the pool's keys with <paramref name="jwks"/>.</summary>
    public static void ServeJwks(this CognitoTestPool pool, string jwks) =>
        pool.OnJwksRequest = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(jwks, Encoding.UTF8, "application/json"),
        });
}

using System;
using System.IdentityModel.Tokens.Jwt;
using System.Linq;
using System.Security.Cryptography;
using CognitoOwin.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CognitoOwin.Bench;

/// <summary>Validates the same tokens with <c>RSA</c> alone and with both handlers of IdentityModel.</summary>
internal sealed class DotNetPeers : IDisposable
{
    private readonly RSA _rsa = RSA.Create();
    private readonly string[] _tokens;
    private readonly byte[][] _inputs;
    private readonly byte[][] _signatures;
    private readonly TokenValidationParameters _parameters;

    public DotNetPeers(CognitoTestPool pool, string[] tokens)
    {
        _rsa.ImportParameters(pool.IdTokenKey.PublicParameters);
        _tokens = tokens;
        _inputs = [.. tokens.Select(SampleTokens.SigningInput)];
        _signatures = [.. tokens.Select(SampleTokens.Signature)];
        _parameters = CreateParameters(pool);
    }

    public static TokenValidationParameters CreateParameters(CognitoTestPool pool) => new()
    {
        ValidIssuer = pool.Issuer,
        ValidAudience = pool.ClientId,
        IssuerSigningKeys = [.. pool.Keys.Select(key => new RsaSecurityKey(key.PublicParameters) { KeyId = key.Id })],
    };

    /// <summary>Adds <c>rsa</c>, <c>handler</c> and <c>json_handler</c>.</summary>
    public void AddTo(Contest contest)
    {
        var handler = new JwtSecurityTokenHandler();
        var jsonHandler = new JsonWebTokenHandler();
        contest.Add("rsa", _tokens.Length, () => () =>
        {
            for (var i = 0; i < _inputs.Length; i++)
            {
                Require.Accepted(_rsa.VerifyData(_inputs[i], _signatures[i], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            }
        });
        contest.Add("handler", _tokens.Length, () => () =>
        {
            foreach (var token in _tokens)
            {
                Require.Accepted(handler.ValidateToken(token, _parameters, out _).Identity!.IsAuthenticated);
            }
        });
        contest.Add("json_handler", _tokens.Length, () => () =>
        {
            foreach (var token in _tokens)
            {
                // The handler creates the identity when it is read.
                Require.Accepted(jsonHandler.ValidateTokenAsync(token, _parameters).GetAwaiter().GetResult() is { IsValid: true, ClaimsIdentity: not null });
            }
        });
    }

    public void Dispose() => _rsa.Dispose();
}

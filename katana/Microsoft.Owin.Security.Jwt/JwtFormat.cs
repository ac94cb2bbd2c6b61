using System;
using System.Collections.Generic;
using System.IdentityModel.Tokens.Jwt;
using System.Linq;
using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

namespace Microsoft.Owin.Security.Jwt;

public class JwtFormat : ISecureDataFormat<AuthenticationTicket>
{
    private const string DefaultAuthenticationType = "JWT";

    private readonly TokenValidationParameters _parameters;
    private readonly IReadOnlyCollection<IIssuerSecurityKeyProvider> _providers = Array.Empty<IIssuerSecurityKeyProvider>();

    private JwtSecurityTokenHandler _tokenHandler;

    public JwtFormat(string allowedAudience, IIssuerSecurityKeyProvider issuerCredentialProvider)
        : this(
            new[] { allowedAudience ?? throw new ArgumentNullException(nameof(allowedAudience)) },
            new[] { issuerCredentialProvider ?? throw new ArgumentNullException(nameof(issuerCredentialProvider)) })
    {
    }

    public JwtFormat(IEnumerable<string> allowedAudiences, IEnumerable<IIssuerSecurityKeyProvider> issuerCredentialProviders)
        : this()
    {
        var audiences = (allowedAudiences ?? throw new ArgumentNullException(nameof(allowedAudiences))).ToList();
        _providers = (issuerCredentialProviders ?? throw new ArgumentNullException(nameof(issuerCredentialProviders))).ToList();
        RequireAny(audiences, nameof(allowedAudiences));
        RequireAny(_providers, nameof(issuerCredentialProviders));
        _parameters = new TokenValidationParameters { ValidAudiences = audiences, AuthenticationType = DefaultAuthenticationType };
    }

    public JwtFormat(TokenValidationParameters validationParameters)
        : this()
    {
        _parameters = validationParameters ?? throw new ArgumentNullException(nameof(validationParameters));
        if (string.IsNullOrWhiteSpace(_parameters.AuthenticationType))
        {
            _parameters.AuthenticationType = DefaultAuthenticationType;
        }
    }

    public JwtFormat(TokenValidationParameters validationParameters, IIssuerSecurityKeyProvider issuerCredentialProvider)
        : this(validationParameters) =>
        _providers = new[] { issuerCredentialProvider ?? throw new ArgumentNullException(nameof(issuerCredentialProvider)) };

    protected JwtFormat()
    {
        _tokenHandler = new JwtSecurityTokenHandler();
        _parameters = new TokenValidationParameters();
        UseTokenLifetime = true;
    }

    public bool ValidateIssuer
    {
        get => _parameters.ValidateIssuer;
        set => _parameters.ValidateIssuer = value;
    }

    public JwtSecurityTokenHandler TokenHandler
    {
        get => _tokenHandler;
        set => _tokenHandler = value ?? throw new ArgumentNullException(nameof(value));
    }

    public bool UseTokenLifetime { get; set; }

    public string Protect(AuthenticationTicket data) => throw new NotSupportedException();

    public AuthenticationTicket Unprotect(string protectedText)
    {
        if (string.IsNullOrWhiteSpace(protectedText))
        {
            throw new ArgumentNullException(nameof(protectedText));
        }

        if (TokenHandler.ReadToken(protectedText) is not JwtSecurityToken)
        {
            throw new ArgumentOutOfRangeException(nameof(protectedText), "The text is no JWT.");
        }

        var principal = TokenHandler.ValidateToken(protectedText, ParametersNow(), out var token);
        return new AuthenticationTicket((ClaimsIdentity)principal.Identity, LifetimeOf(token));
    }

    private static void RequireAny<T>(IReadOnlyCollection<T> items, string parameterName)
    {
        if (items.Count == 0)
        {
            throw new ArgumentOutOfRangeException(parameterName, "At least one is needed.");
        }
    }

    // A provider may learn new keys, so every token asks it again.
    private TokenValidationParameters ParametersNow()
    {
        if (_providers.Count == 0)
        {
            return _parameters;
        }

        var parameters = _parameters.Clone();
        parameters.ValidIssuers =
            (parameters.ValidIssuers ?? Enumerable.Empty<string>()).Concat(_providers.Select(provider => provider.Issuer)).ToList();
        parameters.IssuerSigningKeys = (parameters.IssuerSigningKeys ?? Enumerable.Empty<SecurityKey>())
            .Concat(_providers.SelectMany(provider => provider.SecurityKeys))
            .ToList();
        return parameters;
    }

    private AuthenticationProperties LifetimeOf(SecurityToken token)
    {
        var properties = new AuthenticationProperties();
        if (!UseTokenLifetime)
        {
            return properties;
        }

        if (token.ValidFrom != DateTime.MinValue)
        {
            properties.IssuedUtc = token.ValidFrom.ToUniversalTime();
        }

        if (token.ValidTo != DateTime.MinValue)
        {
            properties.ExpiresUtc = token.ValidTo.ToUniversalTime();
        }

        properties.AllowRefresh = false;
        return properties;
    }
}

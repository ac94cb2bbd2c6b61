using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Net.Http;
using CognitoOwin.Claims;
using CognitoOwin.Configuration;
using CognitoOwin.Validation;
using Microsoft.Owin.Security;

namespace CognitoOwin;

/// <summary>
/// The settings of <see cref="CognitoJwtAuthenticationMiddleware"/>. They are read once, when the application starts.
/// <c>docs/configuration.md</c> has the key of each in <c>&lt;appSettings&gt;</c>.
/// </summary>
public sealed class CognitoJwtAuthenticationOptions : AuthenticationOptions
{
    private readonly ConfigurationProblems _problems = new();

    /// <summary>Creates options with every default and no user pool.</summary>
    public CognitoJwtAuthenticationOptions()
        : base(CognitoJwtDefaults.AuthenticationType)
    {
    }

    /// <summary>The user pools whose tokens are accepted: at least one, each with another issuer.</summary>
    public IList<CognitoUserPool> UserPools { get; set; } = [];

    /// <summary>Which kind of token is accepted. Default: <see cref="CognitoTokenUse.Any"/>.</summary>
    public CognitoTokenUse TokenUse { get; set; }

    /// <summary>Scopes of which a token must have at least one, compared to the letter. Default: none, which asks for nothing.</summary>
    public ICollection<string> RequiredScopes { get; set; } = [];

    /// <summary>Groups of which a token must have at least one, compared to the letter. Default: none, which asks for nothing.</summary>
    public ICollection<string> RequiredGroups { get; set; } = [];

    /// <summary>
    /// By how much the clocks of Cognito and of this host may differ when <c>exp</c>, <c>nbf</c> and <c>iat</c> are judged:
    /// 0 to 10 minutes. Default: 60 seconds (RFC 7519 §4.1.4 allows "usually no more than a few minutes").
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = CognitoJwtDefaults.ClockSkew;

    /// <summary>The longest token that is looked at, in characters: 256 to 1,048,576. Default: 16,384.</summary>
    public int MaximumTokenLength { get; set; } = CognitoJwtDefaults.MaximumTokenLength;

    /// <summary>
    /// Whether issuer and JWKS addresses must be https. Addresses of this machine (loopback) may be http all the same.
    /// Default: <see langword="true"/>. Whoever can change an answer on the way to this host can sign tokens.
    /// </summary>
    public bool RequireHttps { get; set; } = true;

    /// <summary>How the pools' public keys are fetched and kept.</summary>
    public CognitoKeysOptions Keys { get; set; } = new();

    /// <summary>How validated tokens are remembered.</summary>
    public CognitoTokenCacheOptions TokenCache { get; set; } = new();

    /// <summary>The <c>realm</c> of a challenge: printable ASCII. Default: <c>api</c>.</summary>
    public string Realm { get; set; } = CognitoJwtDefaults.Realm;

    /// <summary>
    /// The schemes of the <c>Authorization</c> header that carry a token. The first is the one challenges name.
    /// Default: <c>Bearer</c>. Add <c>Token</c> for clients written for Django REST framework.
    /// </summary>
    public IList<string> AuthenticationSchemes { get; set; } = [CognitoJwtDefaults.AuthenticationType];

    /// <summary>
    /// The claim behind <c>User.Identity.Name</c>. Default (null): <c>cognito:username</c> of an ID token, <c>username</c> of an
    /// access token.
    /// </summary>
    public string? NameClaimType { get; set; }

    /// <summary>The claim behind <c>User.IsInRole</c> and <c>[Authorize(Roles = …)]</c>. Default: <c>cognito:groups</c>.</summary>
    public string RoleClaimType { get; set; } = CognitoClaimTypes.Groups;

    /// <summary>
    /// Whether <c>error_description</c> may also show what the token holds, for a developer at work. Default:
    /// <see langword="false"/>: a client reads one fixed sentence for each rule.
    /// </summary>
    public bool IncludeErrorDetails { get; set; }

    /// <summary>
    /// Whether the raw token stays with the identity, as its <c>BootstrapContext</c>, for calls to other services in the
    /// user's name. Default: <see langword="false"/>.
    /// </summary>
    public bool SaveToken { get; set; }

    /// <summary>
    /// What happens to a request whose token is refused. Default: <see cref="InvalidTokenHandling.ContinueAnonymously"/>.
    /// </summary>
    public InvalidTokenHandling InvalidTokens { get; set; }

    /// <summary>How often the provisioning event is raised. Default: <see cref="CognitoProvisioning.OncePerToken"/>.</summary>
    public CognitoProvisioning Provisioning { get; set; }

    /// <summary>
    /// Where the profile of a user who comes with an access token is read, once for each token, so that the provisioning event is
    /// raised for access tokens too. Default: <see cref="CognitoUserInfo.None"/>, which raises it for ID tokens only.
    /// </summary>
    public CognitoUserInfo UserInfo { get; set; }

    /// <summary>The longest that reading a profile may take: 100 milliseconds to 1 minute. Default: 5 seconds.</summary>
    public TimeSpan UserInfoTimeout { get; set; } = CognitoJwtDefaults.UserInfoTimeout;

    /// <summary>
    /// The handler that profiles are read through, for a proxy or an own TLS policy; it is not disposed. Default: one without
    /// redirects and cookies. An own handler that follows redirects gives that protection up.
    /// </summary>
    public HttpMessageHandler? UserInfoHttpMessageHandler { get; set; }

    /// <summary>The application's part in judging a request: its handlers, or a class derived from the provider.</summary>
    public CognitoJwtAuthenticationProvider Provider { get; set; } = new();

    /// <summary>The clock. Default: <see cref="System.TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Reads the <c>cognito:</c> keys of settings into these options, as <c>app.UseCognitoJwt()</c> does with
    /// <c>&lt;appSettings&gt;</c>. Call it for settings that an application keeps elsewhere. What is wrong with a value is told
    /// when the options are used, together with every other problem.
    /// </summary>
    /// <param name="settings">The settings; keys are compared as the collection does.</param>
    /// <returns>These options.</returns>
    public CognitoJwtAuthenticationOptions ReadSettings(NameValueCollection settings)
    {
        SettingsReader.Read(settings ?? throw new ArgumentNullException(nameof(settings)), this, _problems);
        return this;
    }

    /// <summary>Throws if the options have problems.</summary>
    /// <exception cref="CognitoConfigurationException">The options have problems; the exception lists all of them.</exception>
    internal void ThrowIfUnusable()
    {
        var problems = new ConfigurationProblems(_problems);
        OptionsChecker.Check(this, problems);
        problems.ThrowIfAny();
    }

    /// <summary>Checks the options, and creates the settings of a validator.</summary>
    /// <returns>The settings.</returns>
    /// <exception cref="CognitoConfigurationException">The options have problems; the exception lists all of them.</exception>
    internal TokenValidationSettings CreateValidationSettings()
    {
        ThrowIfUnusable();
        return new TokenValidationSettings(
            UserPools, TokenUse, RequiredScopes, RequiredGroups, ClockSkew, MaximumTokenLength, Keys, TokenCache, TimeProvider);
    }

    /// <summary>Creates the settings of the identities.</summary>
    /// <returns>The settings.</returns>
    internal IdentitySettings CreateIdentitySettings() => new(
        AuthenticationType,
        NameClaimType,
        RoleClaimType,
        SaveToken,
        (description, scopes) => BearerChallenge.CreateInsufficientScope(this, description, scopes));
}

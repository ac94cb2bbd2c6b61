using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using CognitoOwin.Configuration;
using CognitoOwin.Provisioning;
using CognitoOwin.Validation;
using Microsoft.Owin.Security;

namespace CognitoOwin;

/// <summary>
/// Holds the settings of <see cref="CognitoJwtAuthenticationMiddleware"/>. They are checked when the application starts; do not change them
/// afterwards, because some are read once, and others with each request.
/// <c>docs/configuration.md</c> lists the key of each in <c>&lt;appSettings&gt;</c>.
/// </summary>
public sealed class CognitoJwtAuthenticationOptions : AuthenticationOptions
{
    private readonly ConfigurationProblems _problems = new();

    /// <summary>Creates options with all defaults and no user pool.</summary>
    public CognitoJwtAuthenticationOptions()
        : base(CognitoJwtDefaults.AuthenticationType)
    {
    }

    /// <summary>
    /// Gets or sets the user pools whose tokens are accepted, each with its own id: at least one, unless
    /// <see cref="UserPoolResolver"/> is set.
    /// </summary>
    public IList<CognitoUserPool> UserPools { get; set; } = [];

    /// <summary>
    /// Gets or sets a function that finds the user pools that are not in <see cref="UserPools"/>, for an application that adds pools
    /// while it runs, such as one for each tenant. It gets the pool id of a token that is not verified yet, and returns the pool
    /// with exactly that id, or null if the application has no such pool. It runs outside of any request, with a limit for time
    /// (<see cref="CognitoKeysOptions.FetchTimeout"/>) and number; an exception counts as a failure. The pool is kept, and the
    /// function is asked for it again in the background. Default: none. <c>docs/configuration.md</c> has the limits.
    /// </summary>
    public Func<string, CancellationToken, Task<CognitoUserPool?>>? UserPoolResolver { get; set; }

    /// <summary>Gets or sets which kind of token is accepted. Default: <see cref="CognitoTokenUse.Any"/>.</summary>
    public CognitoTokenUse TokenUse { get; set; }

    /// <summary>
    /// Gets or sets whether access tokens without <c>aud</c> are refused: every access token must then be bound to one of
    /// <see cref="CognitoUserPool.Audiences"/> (RFC 8707). Default: <see langword="false"/>.
    /// </summary>
    public bool RequireAudience { get; set; }

    /// <summary>
    /// Gets or sets the scopes of which an access token must have at least one; ID tokens have no scopes and are not affected.
    /// They are case-sensitive. A pool may have scopes of its own. Default: none, so that no scope is required.
    /// </summary>
    public ICollection<string> RequiredScopes { get; set; } = [];

    /// <summary>
    /// Gets or sets the groups of which a user must be in at least one; clients that act for themselves are in no group and are
    /// not affected. They are case-sensitive. A pool may have groups of its own. Default: none, so that no group is required.
    /// </summary>
    public ICollection<string> RequiredGroups { get; set; } = [];

    /// <summary>
    /// Gets or sets how much the clocks of Cognito and of this host may differ when <c>exp</c>, <c>nbf</c> and <c>iat</c> are
    /// validated: 0 to 10 minutes. Default: 60 seconds (RFC 7519 §4.1.4 allows "usually no more than a few minutes").
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = CognitoJwtDefaults.ClockSkew;

    /// <summary>
    /// Gets or sets the length of the longest accepted token, in characters: 256 to 1,048,576. Default: 16,384.
    /// </summary>
    public int MaximumTokenLength { get; set; } = CognitoJwtDefaults.MaximumTokenLength;

    /// <summary>
    /// Gets or sets whether issuer and JWKS addresses must be https, except for addresses of this machine (loopback).
    /// Default: <see langword="true"/>. Without https, an attacker who changes an answer on the way to this host can sign tokens.
    /// </summary>
    public bool RequireHttps { get; set; } = true;

    /// <summary>Gets or sets how the pools' public keys are fetched and kept.</summary>
    public CognitoKeysOptions Keys { get; set; } = new();

    /// <summary>Gets or sets how validated tokens are cached.</summary>
    public CognitoTokenCacheOptions TokenCache { get; set; } = new();

    /// <summary>Gets or sets how many revocations are kept, and for how long.</summary>
    public CognitoRevocationsOptions Revocations { get; set; } = new();

    /// <summary>Gets or sets the <c>realm</c> of a challenge: printable ASCII. Default: <c>api</c>.</summary>
    public string Realm { get; set; } = CognitoJwtDefaults.Realm;

    /// <summary>
    /// Gets or sets the schemes of the <c>Authorization</c> header that carry a token. Challenges name the first.
    /// Default: <c>Bearer</c>. Add <c>Token</c> for clients that were written for Django REST framework.
    /// </summary>
    public IList<string> AuthenticationSchemes { get; set; } = [CognitoJwtDefaults.AuthenticationType];

    /// <summary>
    /// Gets or sets whether a JWT without a scheme in the <c>Authorization</c> header is a token, as some clients of API Gateway send
    /// it. Default: <see langword="false"/>.
    /// </summary>
    public bool AllowRawToken { get; set; }

    /// <summary>
    /// Gets or sets whether the access token is read from <c>x-amzn-oidc-accesstoken</c>, which an Application Load Balancer sends
    /// that signs users in. It is validated like any token. For methods other than GET, HEAD and OPTIONS it counts only if the browser
    /// says that a page of this site has sent the request. Default: <see langword="false"/>.
    /// </summary>
    public bool AcceptLoadBalancerToken { get; set; }

    /// <summary>
    /// Gets or sets the query parameter that may hold the token on <see cref="QueryParameterPaths"/>, such as <c>access_token</c>
    /// (RFC 6750 §2.3). Default (null): none.
    /// </summary>
    public string? QueryParameter { get; set; }

    /// <summary>
    /// Gets or sets the paths on which <see cref="QueryParameter"/> may hold the token, such as <c>/signalr</c>; the paths below them
    /// too. They begin after the path of the application and are not case-sensitive. Default: none.
    /// </summary>
    public ICollection<string> QueryParameterPaths { get; set; } = [];

    /// <summary>
    /// Gets or sets the claim type of <c>User.Identity.Name</c>. Default (null): <c>cognito:username</c> for an ID token,
    /// <c>username</c> for an access token. A token without the claim has the default instead. The name is not an identifier: the
    /// pool's id and <c>sub</c> identify a user.
    /// </summary>
    public string? NameClaimType { get; set; }

    /// <summary>
    /// Gets or sets the claim type of <c>User.Identity.Name</c> of a user with an access token. Default (null):
    /// <see cref="NameClaimType"/>.
    /// </summary>
    public string? AccessTokenNameClaimType { get; set; }

    /// <summary>
    /// Gets or sets the claim type of <c>User.IsInRole</c> and <c>[Authorize(Roles = …)]</c>. Default: <c>cognito:groups</c>. If it
    /// is an attribute, such as <c>custom:roles</c>, the start logs a warning (event 202), because users may be able to write their
    /// own attributes.
    /// </summary>
    public string RoleClaimType { get; set; } = CognitoClaimTypes.Groups;

    /// <summary>
    /// Gets or sets how the claim of <see cref="RoleClaimType"/> holds several roles. A format other than
    /// <see cref="CognitoRoleClaimFormat.Items"/> needs another claim than <c>cognito:groups</c>. Each role becomes a claim in place
    /// of the text. Default: <see cref="CognitoRoleClaimFormat.Items"/>.
    /// </summary>
    public CognitoRoleClaimFormat RoleClaimFormat { get; set; }

    /// <summary>
    /// Gets or sets whether <c>error_description</c> also shows the value of the token that broke the rule. Use it in development
    /// only. Default: <see langword="false"/>, so that a client reads one fixed sentence for each rule.
    /// </summary>
    public bool IncludeErrorDetails { get; set; }

    /// <summary>
    /// Gets or sets whether the identity keeps the raw token, as its <c>BootstrapContext</c>, for calls to other services on
    /// behalf of the user. Default: <see langword="false"/>.
    /// </summary>
    public bool SaveToken { get; set; }

    /// <summary>
    /// Gets or sets what happens to a request whose token is refused. Default:
    /// <see cref="InvalidTokenHandling.ContinueAnonymously"/>.
    /// </summary>
    public InvalidTokenHandling InvalidTokens { get; set; }

    /// <summary>
    /// Gets or sets what happens to a foreign token, which another middleware may accept. Default:
    /// <see cref="ForeignTokenHandling.Refuse"/>.
    /// </summary>
    public ForeignTokenHandling ForeignTokens { get; set; }

    /// <summary>
    /// Gets or sets whether a user whom the host has set, by Windows or forms authentication, counts as authenticated when a foreign
    /// token comes with the request. Default: <see langword="false"/>, so that only another middleware counts.
    /// </summary>
    public bool CountHostUser { get; set; }

    /// <summary>
    /// Gets or sets how often the provisioning event is raised. Default: <see cref="CognitoProvisioning.OncePerToken"/>.
    /// </summary>
    public CognitoProvisioning Provisioning { get; set; }

    /// <summary>
    /// Gets or sets the longest that a request waits for the provisioning handler, the queue of its user included: 1 second to 10
    /// minutes. Then its <see cref="CognitoProvisionUserContext.CancellationToken"/> is cancelled, and the request is answered as
    /// if the handler had failed. The next run for the user starts only when the handler has really ended. Default: 30 seconds.
    /// </summary>
    public TimeSpan ProvisioningTimeout { get; set; } = CognitoJwtDefaults.ProvisioningTimeout;

    /// <summary>
    /// Gets or sets how many requests may wait for the provisioning handler and for profiles at the same time, in this process: 1
    /// to 10,000. A request beyond that does not wait; it is answered as if the handler had failed. Tokens whose users are
    /// remembered do not wait, unless <see cref="UserInfoMaxAge"/> is over; beyond the limit, their last answer is used like in an
    /// outage. Default: 100.
    /// </summary>
    public int MaximumPendingProvisioning { get; set; } = CognitoJwtDefaults.MaximumPendingProvisioning;

    /// <summary>
    /// Gets or sets where the profile of the user of an access token is read, once for each token unless
    /// <see cref="UserInfoMaxAge"/> is set. Default:
    /// <see cref="CognitoUserInfo.None"/>: the provisioning event has no e-mail address and no other attribute of that user.
    /// </summary>
    public CognitoUserInfo UserInfo { get; set; }

    /// <summary>
    /// Gets or sets the longest that reading a profile from one address may take: 100 milliseconds to 1 minute. A pool with
    /// replicas has one address in each Region. Default: 5 seconds.
    /// </summary>
    public TimeSpan UserInfoTimeout { get; set; } = CognitoJwtDefaults.UserInfoTimeout;

    /// <summary>
    /// Gets or sets how old the user pool's last answer about the user of an access token may be: 10 seconds to 24 hours. A request
    /// with an older answer waits until <c>GetUser</c> has been called again, so that a sign-out or a disabled user in Cognito is
    /// seen after this time at the latest. It needs <see cref="TokenUse"/> = <see cref="CognitoTokenUse.Access"/> and
    /// <see cref="UserInfo"/> = <see cref="CognitoUserInfo.GetUser"/>. Default (null): the pool is asked once for each token.
    /// <c>docs/sign-out.md</c> has the number of calls, and what happens when the pool cannot be asked.
    /// </summary>
    public TimeSpan? UserInfoMaxAge { get; set; }

    /// <summary>
    /// Gets or sets the handler that sends the requests for profiles, for a proxy or your own TLS policy; it is not disposed.
    /// Default: a handler without redirects and cookies. A handler of your own that follows redirects loses that protection.
    /// </summary>
    public HttpMessageHandler? UserInfoHttpMessageHandler { get; set; }

    /// <summary>Gets or sets the provider, through which the application takes part in a request.</summary>
    public CognitoJwtAuthenticationProvider Provider { get; set; } = new();

    /// <summary>Gets or sets the clock. Default: <see cref="System.TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Reads the <c>cognito:</c> keys of settings into these options, as <c>app.UseCognitoJwt()</c> does with
    /// <c>&lt;appSettings&gt;</c>. Call it for settings that the application keeps elsewhere. A wrong value throws when the
    /// options are used, together with all other problems.
    /// </summary>
    /// <param name="settings">The settings. Their keys are not case-sensitive.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
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

        // Pools may be added while the application runs, so copy what is needed for them.
        CognitoUserPool[] pools = [.. UserPools ?? []];
        var copy = (CognitoJwtAuthenticationOptions)MemberwiseClone();
        return new TokenValidationSettings(
            pools,
            UserPoolResolver,
            (id, pool) => OptionsChecker.FindProblems(copy, pools, id, pool),
            TokenUse,
            [.. RequiredScopes],
            [.. RequiredGroups],
            RequireAudience,
            ClockSkew,
            MaximumTokenLength,
            CreateRoleClaim(),
            Keys.Copy(),
            TokenCache,
            Revocations,
            Revocations.List ?? new CognitoRevocationList(),
            TimeProvider);
    }

    /// <summary>Creates the reader of the claim that holds the roles.</summary>
    /// <returns>The reader.</returns>
    internal RoleClaim CreateRoleClaim() => new(RoleClaimType, RoleClaimFormat);

    /// <summary>Creates the settings of the provisioning.</summary>
    /// <returns>The settings.</returns>
    internal ProvisioningSettings CreateProvisioningSettings() =>
        new(Provisioning, UserInfo, ProvisioningTimeout, MaximumPendingProvisioning);

    /// <summary>Creates the settings of the identities.</summary>
    /// <returns>The settings.</returns>
    internal IdentitySettings CreateIdentitySettings() => new(
        AuthenticationType,
        NameClaimType,
        AccessTokenNameClaimType,
        RoleClaimType,
        SaveToken,
        (description, scopes) => BearerChallenge.CreateInsufficientScope(this, description, scopes));
}

using System;
using System.Globalization;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.Provider;
using CognitoOwin.Validation;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.Infrastructure;

namespace CognitoOwin;

/// <summary>
/// One request: its token is found, judged, and turned into a user; an answer of 401 is told why. The rules are the
/// validator's; what the application has to say comes by its provider.
/// </summary>
internal sealed class CognitoJwtAuthenticationHandler(CognitoTokenValidator validator, UserProvisioner provisioner, CognitoLog log)
    : AuthenticationHandler<CognitoJwtAuthenticationOptions>
{
    private Refusal? _refusal;

    public override async Task<bool> InvokeAsync()
    {
        if (Options.InvalidTokens == InvalidTokenHandling.ContinueAnonymously)
        {
            return false;
        }

        await AuthenticateAsync().ConfigureAwait(false);
        if (_refusal == null)
        {
            return false;
        }

        // The challenge is added like that of any other 401, before the headers go.
        Response.StatusCode = 401;
        return true;
    }

    protected override async Task<AuthenticationTicket?> AuthenticateCoreAsync()
    {
        var isInOrder = BearerHeader.TryRead(Request.Headers.GetValues("Authorization"), Options.AuthenticationSchemes, out var token);
        var request = new CognitoRequestTokenContext(Context, Options, token);
        await Options.Provider.RequestToken(request).ConfigureAwait(false);
        if (!isInOrder && request.Token == null)
        {
            return await RefuseAsync(TokenRejection.MalformedRequest).ConfigureAwait(false);
        }

        if (request.Token == null)
        {
            return null;
        }

        var validation = await validator.ValidateAsync(request.Token, Request.CallCancelled).ConfigureAwait(false);
        if (validation.Token == null)
        {
            return await RefuseAsync(validation.Rejection, Describe(validation), validation.RetryAfter).ConfigureAwait(false);
        }

        var identity = CognitoIdentity.Of(validation.Token, Options);
        var validated = new CognitoTokenValidatedContext(Context, Options, validation.Token, identity);
        await Options.Provider.TokenValidated(validated).ConfigureAwait(false);
        if (validated.RejectionReason != null)
        {
            return await RefuseAsync(TokenRejection.RejectedByApplication, validated.RejectionReason).ConfigureAwait(false);
        }

        var provisioned = await provisioner.ProvisionAsync(validation, Context).ConfigureAwait(false);
        if (provisioned.Rejection != TokenRejection.None)
        {
            return await RefuseAsync(provisioned.Rejection, provisioned.RejectionReason, provisioned.RetryAfter).ConfigureAwait(false);
        }

        identity.Take(provisioned);
        return new AuthenticationTicket(identity, new AuthenticationProperties { ExpiresUtc = validation.Token.ExpiresAt });
    }

    protected override async Task ApplyResponseChallengeAsync()
    {
        if (Response.StatusCode != 401 || Helper.LookupChallenge(Options.AuthenticationType, Options.AuthenticationMode) == null)
        {
            return;
        }

        var status = _refusal?.StatusCode ?? 401;
        var challenge = new CognitoApplyChallengeContext(
            Context, Options, _refusal?.Rejection ?? TokenRejection.None, status, BearerChallenge.For(_refusal, Options))
        {
            RetryAfter = _refusal?.RetryAfter,
        };
        await Options.Provider.ApplyChallenge(challenge).ConfigureAwait(false);

        if (challenge.StatusCode != 401)
        {
            Response.StatusCode = challenge.StatusCode;
            Response.ReasonPhrase = challenge.StatusCode == _refusal?.StatusCode ? _refusal.ReasonPhrase : null;
        }

        if (challenge.Challenge != null)
        {
            Response.Headers.AppendValues("WWW-Authenticate", challenge.Challenge);
        }

        if (challenge.RetryAfter is { } retryAfter)
        {
            Response.Headers.Set("Retry-After", Math.Ceiling(Math.Max(1, retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        }
    }

    private async Task<AuthenticationTicket?> RefuseAsync(
        TokenRejection rejection, string? description = null, TimeSpan? retryAfter = null)
    {
        _refusal = new Refusal(rejection, description ?? RejectionText.DescriptionOf(rejection), retryAfter);
        log.TokenRejected(rejection);
        await Options.Provider.AuthenticationFailed(
            new CognitoAuthenticationFailedContext(Context, Options, rejection, _refusal.Description)).ConfigureAwait(false);
        return null;
    }

    private string Describe(CognitoTokenValidationResult validation) =>
        Options.IncludeErrorDetails && validation.Actual != null
            ? $"{validation.Description} The token has: {validation.Actual}"
            : validation.Description;
}

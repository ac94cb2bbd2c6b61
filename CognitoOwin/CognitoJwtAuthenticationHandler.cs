using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
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
    private RequestHandlers _handlers = null!;
    private bool _isJudged;
    private bool _cameInHeader;
    private bool _isAccepted;
    private bool _hasRejected;
    private Refusal? _refusal;

    public override async Task<bool> InvokeAsync()
    {
        if (Options.InvalidTokens == InvalidTokenHandling.ContinueAnonymously)
        {
            return false;
        }

        await AuthenticateAsync().ConfigureAwait(false);

        // A token of another middleware's pool is that middleware's to judge. Whatever else this one refuses it answers, even
        // where a less strict one around it was content.
        if (_refusal == null
            || (_refusal.Rejection == TokenRejection.UnknownIssuer && _handlers.Any(handler => handler._isAccepted)))
        {
            return false;
        }

        _hasRejected = true;

        // By name, so that the answer is this handler's in passive mode too, and no cookie middleware's redirect. What it says
        // is written like the challenge of any other 401, before the headers go.
        Context.Authentication.Challenge(Options.AuthenticationType);
        return true;
    }

    protected override Task InitializeCoreAsync()
    {
        _handlers = RequestHandlers.Of(Context);
        _handlers.Add(this);
        return base.InitializeCoreAsync();
    }

    protected override async Task<AuthenticationTicket?> AuthenticateCoreAsync()
    {
        if (await JudgeAsync(Request.CallCancelled).ConfigureAwait(false) is not { Token: { } token } validation)
        {
            return null;
        }

        var identity = CognitoIdentity.Of(token, Options);
        var validated = new CognitoTokenValidatedContext(Context, Options, token, identity);
        await Options.Provider.TokenValidated(validated).ConfigureAwait(false);
        if (validated.RejectionReason is { } reason)
        {
            await RefuseAsync(TokenRejection.RejectedByApplication, reason).ConfigureAwait(false);
            return null;
        }

        var provisioned = await provisioner.ProvisionAsync(validation, Context).ConfigureAwait(false);
        if (provisioned.Rejection != TokenRejection.None)
        {
            await RefuseAsync(provisioned.Rejection, provisioned.RejectionReason, provisioned.RetryAfter).ConfigureAwait(false);
            return null;
        }

        identity.Take(provisioned);
        return new AuthenticationTicket(identity, new AuthenticationProperties { ExpiresUtc = token.ExpiresAt });
    }

    protected override async Task ApplyResponseChallengeAsync()
    {
        if (Response.StatusCode != 401 || !IsChallenged || !_handlers.TryBeginAnswer())
        {
            return;
        }

        // Several middlewares give one answer: that of the one which kept the request from the application, if one did. Otherwise
        // a token that one of them accepted is not held against the client by another; of those that refuse it, the one that
        // followed it furthest through the rules knows it best.
        var challenged = _handlers.Where(handler => handler.IsChallenged).ToList();
        foreach (var handler in challenged.Where(handler => !handler._isJudged))
        {
            // Passive, and nobody has asked. The client is to learn all the same what is wrong with its token; no user is made
            // of it at this point.
            await handler.JudgeWithoutWaitingAsync().ConfigureAwait(false);
        }

        var speaker = challenged.FirstOrDefault(handler => handler._hasRejected)
            ?? challenged.FirstOrDefault(handler => handler._isAccepted)
            ?? challenged.OrderByDescending(handler => handler._refusal?.Rejection).First();
        await speaker.AnswerAsync().ConfigureAwait(false);
    }

    private bool IsChallenged => Helper.LookupChallenge(Options.AuthenticationType, Options.AuthenticationMode) != null;

    // A host may block its thread until the headers are written: what would have to wait for keys stays unsaid.
    private async Task JudgeWithoutWaitingAsync()
    {
        try
        {
            await JudgeAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The keys are not at hand.
        }
    }

    /// <summary>Finds the token and applies the rules to it; null where there is none, or one that was refused.</summary>
    private async ValueTask<CognitoTokenValidationResult?> JudgeAsync(CancellationToken cancellationToken)
    {
        _isJudged = true;
        var isInOrder = BearerHeader.TryRead(Request.Headers.GetValues("Authorization"), Options.AuthenticationSchemes, out var token);
        _cameInHeader = !isInOrder || token != null;
        var request = new CognitoRequestTokenContext(Context, Options, token);
        await Options.Provider.RequestToken(request).ConfigureAwait(false);

        // An empty query parameter or cookie is no token, as in Katana's own bearer middleware.
        if (request.Text is not { Length: > 0 } sought)
        {
            // A header that holds no token is refused also where the event, which was shown none, has set none.
            if (!isInOrder || token is { IsB64Token: false })
            {
                await RefuseAsync(TokenRejection.MalformedRequest).ConfigureAwait(false);
            }

            return null;
        }

        var validation = await validator.ValidateAsync(sought, cancellationToken).ConfigureAwait(false);
        _isAccepted = validation.IsValid;
        if (!_isAccepted && request.IsMalformedHeader)
        {
            await RefuseAsync(TokenRejection.MalformedRequest).ConfigureAwait(false);
        }
        else if (!_isAccepted)
        {
            var description = Options.IncludeErrorDetails ? validation.DetailedDescription : validation.Description;
            await RefuseAsync(validation.Rejection, description, validation.RetryAfter).ConfigureAwait(false);
        }

        return validation;
    }

    private Task RefuseAsync(TokenRejection rejection, string? description = null, TimeSpan? retryAfter = null)
    {
        // An application's reason may be empty.
        var text = string.IsNullOrWhiteSpace(description) ? RejectionText.DescriptionOf(rejection) : description!;
        _refusal = new Refusal(rejection, text, retryAfter);
        _isAccepted = false;
        log.TokenRejected(rejection);
        return Options.Provider.AuthenticationFailed(new CognitoAuthenticationFailedContext(Context, Options, rejection, text));
    }

    private async Task AnswerAsync()
    {
        TakeTheChallenge();
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

    // A client that came with a token in a header has no use for a sign-in page: a 401 that challenges nobody by name is then
    // this middleware's, and not for an active cookie middleware around it to make a redirect of.
    private void TakeTheChallenge()
    {
        var authentication = Context.Authentication;
        if (_cameInHeader && authentication.AuthenticationResponseChallenge?.AuthenticationTypes is not { Length: > 0 })
        {
            authentication.AuthenticationResponseChallenge = new AuthenticationResponseChallenge([Options.AuthenticationType], null);
        }
    }
}

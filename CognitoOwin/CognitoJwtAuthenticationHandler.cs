using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using CognitoOwin.Provisioning;
using CognitoOwin.Validation;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.Infrastructure;

namespace CognitoOwin;

/// <summary>
/// Handles one request: finds its token, validates it, turns it into a user, and explains a refused token in the answer (401, 403
/// or 503). The rules are in the validator; the application takes part through its provider.
/// </summary>
internal sealed class CognitoJwtAuthenticationHandler(MiddlewareServices services)
    : AuthenticationHandler<CognitoJwtAuthenticationOptions>
{
    private RequestHandlers _handlers = null!;
    private bool _hasStartedValidation;
    private bool _hasHeader;
    private bool _isAccepted;
    private bool _isForeign;
    private bool _isUncounted;
    private bool _isFromQuery;
    private bool _hasEndedRequest;
    private Refusal? _refusal;
    private CognitoAuthenticationFailedContext? _failure;
    private CognitoTokenValidationResult? _validation;
    private OtherAuthentications? _otherAuthentications;

    public override async Task<bool> InvokeAsync()
    {
        if (Options.InvalidTokens == InvalidTokenHandling.ContinueAnonymously)
        {
            return false;
        }

        await AuthenticateAsync().ConfigureAwait(false);

        // Let a foreign token continue if a middleware before this one has accepted it, or if one behind it may. Answer every other
        // refusal, even if a less strict middleware around this one accepted the token.
        if (_refusal == null || (_isForeign && (Options.ForeignTokens == ForeignTokenHandling.Ignore
            || _handlers.Any(handler => handler._isAccepted) || IsAuthenticatedByOther)))
        {
            return false;
        }

        _hasEndedRequest = true;

        // Challenge by name, so that this handler answers in passive mode too, and no cookie middleware redirects.
        // ApplyResponseChallengeAsync writes the challenge, as for every 401, before the headers are sent.
        Context.Authentication.Challenge(Options.AuthenticationType);
        return true;
    }

    protected override Task InitializeCoreAsync()
    {
        _handlers = RequestHandlers.GetOrCreate(Context);
        _handlers.Add(this);
        if (Options.AuthenticationMode == AuthenticationMode.Passive)
        {
            // The token may be read after another middleware was asked.
            _otherAuthentications = OtherAuthentications.Observe(Context);
        }

        return base.InitializeCoreAsync();
    }

    protected override async Task<AuthenticationTicket?> AuthenticateCoreAsync()
    {
        if (await ValidateAsync(Request.CallCancelled).ConfigureAwait(false) is not { Token: { } token } validation)
        {
            return null;
        }

        var identity = CognitoIdentity.FromToken(token, services.IdentitySettings);
        var validated = new CognitoTokenValidatedContext(Context, Options, token, identity);
        await Options.Provider.TokenValidated(validated).ConfigureAwait(false);
        if (validated.RejectionReason is { } reason)
        {
            await RefuseAsync(TokenRejection.RejectedByApplication, reason).ConfigureAwait(false);
            return null;
        }

        var outcome = await services.Provisioner.ProvisionAsync(validation, Context).ConfigureAwait(false);
        if (outcome.Rejection == TokenRejection.ProvisioningFailed)
        {
            await FailAsync(token, outcome).ConfigureAwait(false);
            return null;
        }

        if (outcome.Rejection != TokenRejection.None)
        {
            await RefuseAsync(outcome.Rejection, outcome.RejectionReason, outcome.RetryAfter).ConfigureAwait(false);
            return null;
        }

        identity.ApplyOutcome(outcome.Claims, outcome.User);
        RequestMetrics.RecordAccepted(validation);
        return new AuthenticationTicket(identity, new AuthenticationProperties { ExpiresUtc = token.ExpiresAt });
    }

    protected override async Task ApplyResponseCoreAsync()
    {
        await base.ApplyResponseCoreAsync().ConfigureAwait(false);
        if (_isFromQuery)
        {
            CacheControl.MakePrivate(Response.Headers);
        }
    }

    protected override async Task ApplyResponseChallengeAsync()
    {
        if (Response.StatusCode != 401 || !IsChallenged || !_handlers.TryBeginAnswer())
        {
            return;
        }

        var challenged = _handlers.Where(handler => handler.IsChallenged).ToList();
        foreach (var handler in challenged.Where(handler => !handler._hasStartedValidation))
        {
            // In passive mode, perhaps no code has asked for the identity. Validate anyway, so that the challenge can name the
            // error. This creates no user.
            await handler.ValidateWithoutWaitingAsync().ConfigureAwait(false);
        }

        // Several middlewares give one answer. If one has ended the request, it answers. Otherwise a middleware that accepted the
        // token answers, because the client need not know that another one refused it. If all refused the token, the one with the
        // highest TokenRejection answers: the values are in the order of the rules, so this one knows most about the token.
        await FindResponder(challenged)!.AnswerAsync().ConfigureAwait(false);
    }

    /// <summary>Gets why the request has no user, by the handler that answers it; null if its token was accepted or there is none.</summary>
    /// <param name="handlers">The handlers of the request.</param>
    /// <returns>The failure.</returns>
    public static CognitoAuthenticationFailedContext? FindFailure(RequestHandlers handlers) => FindResponder(handlers)?._failure;

    private static CognitoJwtAuthenticationHandler? FindResponder(IReadOnlyCollection<CognitoJwtAuthenticationHandler> handlers) =>
        handlers.FirstOrDefault(handler => handler._hasEndedRequest)
        ?? handlers.FirstOrDefault(handler => handler._isAccepted)
        ?? handlers.OrderByDescending(handler => handler._refusal?.Rejection).FirstOrDefault();

    private bool IsAuthenticatedByOther => OtherUser.IsAuthenticated(Request.User, Options.CountHostUser);

    protected override async Task TeardownCoreAsync()
    {
        if (_isUncounted)
        {
            RequestMetrics.RecordForeign();
        }

        // The headers and the status are set. A request that this handler has not ended has the application's body.
        if (_hasEndedRequest && _refusal?.Rejection == TokenRejection.ProvisioningFailed
            && Context.GetCognitoProvisioningFailure() is { Body: { } body } failure)
        {
            Response.ContentType = failure.ContentType;
            await Response.WriteAsync(body).ConfigureAwait(false);
        }
    }

    private bool IsChallenged => Helper.LookupChallenge(Options.AuthenticationType, Options.AuthenticationMode) != null;

    // A host may block its thread until the headers are written, so this must not wait for keys.
    private async Task ValidateWithoutWaitingAsync()
    {
        try
        {
            await ValidateAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The keys are not known yet. The challenge names no error then.
        }
    }

    /// <summary>Finds the token and validates it.</summary>
    /// <param name="cancellationToken">Ends the wait for keys.</param>
    /// <returns>The result; null if there is no token.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    private async ValueTask<CognitoTokenValidationResult?> ValidateAsync(CancellationToken cancellationToken)
    {
        _hasStartedValidation = true;
        var found = TokenPlaces.Find(Request, Options);
        _hasHeader = found.Place == TokenPlace.Authorization;
        if (_hasHeader)
        {
            // Forms authentication may decide on the redirect before the challenge of a 401 is written, so tell it now. The application may
            // answer 401 for an accepted token too.
            FormsRedirect.Suppress(Context);
        }

        _isFromQuery = found.Place == TokenPlace.Query;
        var request = new CognitoRequestTokenContext(Context, Options, found);
        await Options.Provider.RequestToken(request).ConfigureAwait(false);
        var requestToken = request.RequestToken;

        // Like Katana's own bearer middleware, treat an empty cookie as no token.
        if (requestToken.Text is not { Length: > 0 } tokenText || requestToken.Fault != TokenRejection.None)
        {
            // The application's RequestToken handler does not get the token of a malformed header. If it sets no token itself,
            // refuse the request.
            if (found.CompleteFault is not TokenRejection.None and var fault)
            {
                await RefuseTokenAsync(fault, found.Text).ConfigureAwait(false);
            }
            else
            {
                RequestMetrics.RecordNoToken();
            }

            return null;
        }

        var validation = await services.Validator.ValidateAsync(tokenText, cancellationToken).ConfigureAwait(false);
        _validation = validation;
        _isAccepted = validation.IsValid;
        if (!_isAccepted && requestToken.CompleteFault is not TokenRejection.None and var malformed)
        {
            await RefuseTokenAsync(malformed, tokenText).ConfigureAwait(false);
        }
        else if (!_isAccepted)
        {
            var description = Options.IncludeErrorDetails ? validation.DetailedDescription : validation.Description;
            await RefuseTokenAsync(validation.Rejection, tokenText, description, validation.RetryAfter, validation.SufficientScopes)
                .ConfigureAwait(false);
        }

        return validation;
    }

    private Task RefuseTokenAsync(
        TokenRejection rejection,
        TokenText? token,
        string? description = null,
        TimeSpan? retryAfter = null,
        IEnumerable<string>? sufficientScopes = null)
    {
        _isForeign = token is { } text && services.Validator.IsForeign(rejection, text);
        if (_isForeign)
        {
            _otherAuthentications ??= OtherAuthentications.Observe(Context);
        }

        return _isForeign && Options.ForeignTokens == ForeignTokenHandling.Ignore
            ? RefuseAsync(TokenRejection.UnknownIssuer)
            : RefuseAsync(rejection, description, retryAfter, sufficientScopes: sufficientScopes);
    }

    // The exception must not reach the host: it would answer with a page of its own or a redirect, and drop the headers that
    // middleware before this one has set.
    private async Task FailAsync(CognitoToken token, ProvisioningOutcome outcome)
    {
        var failure = new CognitoProvisioningFailedContext(
            Context, Options, token, outcome.Failure, isRepeated: !outcome.TryReport(), outcome.RetryAfter);
        Context.SetProvisioningFailure(failure);
        await Options.Provider.ProvisioningFailed(failure).ConfigureAwait(false);
        await RefuseAsync(outcome.Rejection, retryAfter: failure.RetryAfter, statusCode: failure.StatusCode).ConfigureAwait(false);
    }

    private Task RefuseAsync(
        TokenRejection rejection,
        string? description = null,
        TimeSpan? retryAfter = null,
        int? statusCode = null,
        IEnumerable<string>? sufficientScopes = null)
    {
        // The application may give an empty reason.
        var text = string.IsNullOrWhiteSpace(description) ? RejectionText.GetDescription(rejection) : description!;
        _refusal = new Refusal(rejection, text, retryAfter, statusCode, sufficientScopes);
        _isAccepted = false;
        if (_isForeign && Options.ForeignTokens == ForeignTokenHandling.Ignore)
        {
            // The token is meant for another middleware. If none accepts it, the challenge counts it.
            _isUncounted = true;
        }
        else
        {
            CountRefusal();
        }

        if (Options.InvalidTokens == InvalidTokenHandling.Reject)
        {
            FormsRedirect.Suppress(Context);
        }

        _failure = new CognitoAuthenticationFailedContext(Context, Options, rejection, text, _refusal.StatusCode);
        return Options.Provider.AuthenticationFailed(_failure);
    }

    private async Task AnswerAsync()
    {
        if (_isForeign && !_hasEndedRequest && (IsAuthenticatedByOther || _otherAuthentications is { HaveUser: true }))
        {
            // Another middleware has accepted the token, and answers for it. Say nothing about the token.
            _refusal = null;
        }
        else
        {
            AddNameToUnnamedChallenge();
            if (_isUncounted)
            {
                CountRefusal();
            }
        }

        var status = _refusal?.StatusCode ?? 401;
        var challenge = new CognitoApplyChallengeContext(
            Context, Options, _refusal?.Rejection ?? TokenRejection.None, status, BearerChallenge.Create(_refusal, Options))
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

    private void CountRefusal()
    {
        _isUncounted = false;
        RequestMetrics.RecordRefused(_refusal!, _validation);
        services.Refusals.Report(Context, _refusal!.Rejection, _validation, services.Validator.Issuers);
    }

    // A client that sends a token in a header cannot use a sign-in page. If a 401 names no middleware, add the name of this
    // one, so that an active cookie middleware does not turn it into a redirect.
    private void AddNameToUnnamedChallenge()
    {
        if (!_hasHeader)
        {
            return;
        }

        var authentication = Context.Authentication;
        if (authentication.AuthenticationResponseChallenge?.AuthenticationTypes is not { Length: > 0 })
        {
            authentication.AuthenticationResponseChallenge = new AuthenticationResponseChallenge([Options.AuthenticationType], null);
        }
    }
}

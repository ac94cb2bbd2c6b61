using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.Http;
using CognitoOwin.Json;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Reads the profile of the user of an access token from the user pool. The token is validated already. The pool may still refuse
/// it, because it was revoked or its user is disabled.
/// </summary>
internal sealed class UserInfoClient : IDisposable
{
    /// <summary>How long to wait after a failure, if the pool does not say it.</summary>
    public static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(10);

    private const int MaximumBytes = 64 * 1024;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html#API_GetUser_Errors; a disabled
    // user, a revoked token and a global sign-out are all NotAuthorizedException.
    private static readonly HashSet<string> NotActiveErrors = new(StringComparer.Ordinal)
    {
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    };

    // Cognito throttles with status 400. The API page of GetUser names the first error, AWS's page of common errors the second, and
    // other calls of Cognito's API the third.
    private static readonly HashSet<string> ThrottlingErrors = new(StringComparer.Ordinal)
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "LimitExceededException",
    };

    private readonly CognitoUserInfo _source;
    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly RepeatedFailures _failures;
    private readonly BoundedHttpClient _http;

    /// <param name="source">Where the profile is read.</param>
    /// <param name="handler">Sends the requests, and is not disposed; null for a handler of this library.</param>
    /// <param name="proxy">The proxy, if <paramref name="handler"/> is null; null for the default of the process.</param>
    /// <param name="timeout">The longest that a request may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public UserInfoClient(
        CognitoUserInfo source, HttpMessageHandler? handler, Uri? proxy, TimeSpan timeout, TimeProvider time, CognitoLog log)
    {
        _source = source;
        _time = time;
        _log = log;
        _failures = new RepeatedFailures(time);
        _http = new BoundedHttpClient(handler, proxy, timeout, MaximumBytes, time);
    }

    /// <summary>Gets the scope that an access token needs for its user's profile.</summary>
    /// <param name="source">Where the profile is read.</param>
    /// <returns>The scope.</returns>
    public static string GetRequiredScope(CognitoUserInfo source) =>
        source == CognitoUserInfo.OidcUserInfo ? "openid" : "aws.cognito.signin.user.admin";

    /// <summary>Asks the user pool for the profile.</summary>
    /// <param name="token">The access token.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The profile, or the reason why there is none.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<UserInfoAnswer> FetchAsync(CognitoToken token, CancellationToken cancellationToken)
    {
        IReadOnlyList<Uri> addresses = _source == CognitoUserInfo.OidcUserInfo
            ? [new Uri(token.UserPool.Domain!, "/oauth2/userInfo")]
            : token.UserPool.GetEndpoints(token.Issuer);
        var askedAt = _time.GetTimestamp();
        var answer = UserInfoAnswer.ReportUnavailable(DefaultRetryAfter);
        foreach (var address in addresses)
        {
            answer = await FetchAsync(token, address, askedAt, cancellationToken).ConfigureAwait(false);
            if (answer.Rejection != TokenRejection.UserInfoUnavailable)
            {
                break;
            }
        }

        return answer;
    }

    public void Dispose() => _http.Dispose();

    private async Task<UserInfoAnswer> FetchAsync(
        CognitoToken token, Uri address, long askedAt, CancellationToken cancellationToken)
    {
        BoundedHttpAnswer answer;
        var started = _time.GetTimestamp();
        try
        {
            answer = await _http.SendAsync(() => CreateRequest(token, address), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Every other failure, one in the application's own HTTP handler included, makes the profile unavailable.
            ProvisioningMetrics.RecordProfile(_time.GetElapsedTime(started), (e as BoundedHttpException)?.Failure switch
            {
                BoundedHttpFailure.Timeout => "timeout",
                BoundedHttpFailure.Connection => "connection",
                BoundedHttpFailure.TooLarge => "too_large",
                _ => "_OTHER",
            });
            ReportFailure(address, e is BoundedHttpException ? e.Message : "The request failed.", e.InnerException ?? e);
            return UserInfoAnswer.ReportUnavailable(
                DefaultRetryAfter, isOutage: e is not BoundedHttpException { Failure: BoundedHttpFailure.TooLarge });
        }

        ProvisioningMetrics.RecordProfile(
            _time.GetElapsedTime(started),
            answer.Status == HttpStatusCode.OK ? null : ((int)answer.Status).ToString(CultureInfo.InvariantCulture));
        var members = StrictJson.ParseObject(answer.Body);
        if (answer.Status != HttpStatusCode.OK)
        {
            return ReadError(address, answer, members ?? new JsonMembers(), askedAt);
        }

        if (members == null || ReadAttributes(members) is not { } attributes)
        {
            ReportFailure(address, "The answer is not the JSON of a profile.");
            return UserInfoAnswer.ReportUnavailable(DefaultRetryAfter);
        }

        if (_failures.Reset() is > 0 and var failures)
        {
            _log.UserInfoRecovered(failures);
        }

        // OpenID Connect Core 1.0 §5.3.2: compare sub, because the answer may be another user's.
        return string.Equals(attributes[CognitoClaimTypes.Subject], token.Subject, StringComparison.Ordinal)
            ? UserInfoAnswer.Accept(attributes, askedAt)
            : UserInfoAnswer.Refuse(TokenRejection.UserInfoMismatch, askedAt);
    }

    private HttpRequestMessage CreateRequest(CognitoToken token, Uri address)
    {
        if (_source == CognitoUserInfo.OidcUserInfo)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.RawToken);
            return request;
        }

        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["AccessToken"] = token.RawToken }));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        return new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = content,
            Headers = { { "X-Amz-Target", "AWSCognitoIdentityProviderService.GetUser" } },
        };
    }

    private UserInfoAnswer ReadError(Uri address, BoundedHttpAnswer answer, JsonMembers body, long askedAt)
    {
        var error = GetErrorName(body);
        var isRefusal = answer.Status == HttpStatusCode.Unauthorized
            || (answer.Status == HttpStatusCode.BadRequest && (NotActiveErrors.Contains(error) || error == "invalid_token"));
        if (isRefusal)
        {
            return UserInfoAnswer.Refuse(TokenRejection.UserNotActive, askedAt);
        }

        ReportFailure(address, $"The answer has status {(int)answer.Status}{(error.Length > 0 ? $" ({error})" : "")}, expected 200.");
        var retryAfter = answer.RetryAfter ?? DefaultRetryAfter;
        return UserInfoAnswer.ReportUnavailable(
            retryAfter < LongestRetryAfter ? retryAfter : LongestRetryAfter,
            isOutage: (int)answer.Status is 429 or >= 500 || ThrottlingErrors.Contains(error));
    }

    private void ReportFailure(Uri address, string reason, Exception? exception = null)
    {
        if (_failures.Add((address, reason), out var failures))
        {
            _log.UserInfoFailed(reason, exception, failures);
        }
    }

    // AWS's JSON protocol has the name in __type, sometimes with a namespace before a #; OAuth has it in error. The log shows the
    // name, so it keeps only letters and underscores.
    private static string GetErrorName(JsonMembers body)
    {
        var text = body.GetString("__type") ?? body.GetString("error") ?? "";
        var name = text.Substring(text.LastIndexOf('#') + 1);
        return new string([.. name.TakeWhile(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_').Take(60)]);
    }

    private CognitoAttributes? ReadAttributes(JsonMembers answer)
    {
        if (_source == CognitoUserInfo.OidcUserInfo)
        {
            return new CognitoAttributes(answer);
        }

        if (!answer.TryGetValue("UserAttributes", out var list) || list.Items is not { } items)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var values = new List<KeyValuePair<string, JsonValue>>();
        foreach (var item in items)
        {
            // An attribute that is listed twice is ambiguous.
            if (item.Members is not { } attribute || attribute.GetString("Name") is not { } name || !names.Add(name))
            {
                return null;
            }

            if (attribute.TryGetValue("Value", out var value) && value.String != null)
            {
                values.Add(new(name, value));
            }
        }

        return new CognitoAttributes(new JsonMembers([.. values]));
    }
}

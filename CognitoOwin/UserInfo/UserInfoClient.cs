using System;
using System.Collections.Generic;
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

namespace CognitoOwin.UserInfo;

/// <summary>
/// Reads the profile of the user behind an access token from its pool. The token was validated; what the pool says about it
/// beyond its signature, that it was revoked or its user disabled, counts as well.
/// </summary>
internal sealed class UserInfoClient : IDisposable
{
    private const int MaximumBytes = 64 * 1024;
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(10);
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

    private readonly CognitoUserInfo _source;
    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly BoundedHttpClient _http;

    public UserInfoClient(CognitoJwtAuthenticationOptions options, CognitoLog log)
    {
        _source = options.UserInfo;
        _time = options.TimeProvider;
        _log = log;
        _http = new BoundedHttpClient(options.UserInfoHttpMessageHandler, options.UserInfoTimeout, MaximumBytes, _time);
    }

    /// <summary>The scope without which the pool tells nothing.</summary>
    public static string ScopeFor(CognitoUserInfo source) =>
        source == CognitoUserInfo.OidcUserInfo ? "openid" : "aws.cognito.signin.user.admin";

    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<UserInfoAnswer> FetchAsync(CognitoToken token, CancellationToken cancellationToken)
    {
        BoundedHttpAnswer answer;
        try
        {
            answer = await _http.SendAsync(() => CreateRequest(token), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Whatever went wrong, in an HTTP handler of the application's own among it: the user cannot be judged now.
            _log.UserInfoFailed(e is BoundedHttpException ? e.Message : "The request failed.", e.InnerException ?? e);
            return UserInfoAnswer.Unavailable(DefaultRetryAfter);
        }

        var members = StrictJson.ParseObject(answer.Body);
        if (answer.Status != HttpStatusCode.OK)
        {
            return JudgeError(answer, members ?? []);
        }

        if (members == null || ReadAttributes(members) is not { } attributes)
        {
            _log.UserInfoFailed("The answer is not the JSON of a profile.");
            return UserInfoAnswer.Unavailable(DefaultRetryAfter);
        }

        // OpenID Connect Core 1.0 §5.3.2: the answer may be another user's.
        return string.Equals(attributes[CognitoClaimTypes.Subject], token.Subject, StringComparison.Ordinal)
            ? UserInfoAnswer.Profile(attributes)
            : UserInfoAnswer.Refused(TokenRejection.UserInfoMismatch, _time);
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage CreateRequest(CognitoToken token)
    {
        if (_source == CognitoUserInfo.OidcUserInfo)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(token.UserPool.Domain!, "/oauth2/userInfo"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.RawToken);
            return request;
        }

        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["AccessToken"] = token.RawToken }));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        return new HttpRequestMessage(HttpMethod.Post, token.UserPool.Endpoint)
        {
            Content = content,
            Headers = { { "X-Amz-Target", "AWSCognitoIdentityProviderService.GetUser" } },
        };
    }

    private UserInfoAnswer JudgeError(BoundedHttpAnswer answer, Dictionary<string, JsonValue> body)
    {
        var error = ErrorOf(body);
        var isRefusal = answer.Status == HttpStatusCode.Unauthorized
            || (answer.Status == HttpStatusCode.BadRequest && (NotActiveErrors.Contains(error) || error == "invalid_token"));
        if (isRefusal)
        {
            return UserInfoAnswer.Refused(TokenRejection.UserNotActive, _time);
        }

        _log.UserInfoFailed($"The answer has status {(int)answer.Status}{(error.Length > 0 ? $" ({error})" : "")}, expected 200.");
        var retryAfter = answer.RetryAfter ?? DefaultRetryAfter;
        return UserInfoAnswer.Unavailable(retryAfter < LongestRetryAfter ? retryAfter : LongestRetryAfter);
    }

    // The name of the error in AWS's JSON protocol, with or without a namespace before a #, or in that of OAuth; the log gets it.
    private static string ErrorOf(Dictionary<string, JsonValue> body)
    {
        var text = body.StringOf("__type") ?? body.StringOf("error") ?? "";
        var name = text.Substring(text.LastIndexOf('#') + 1);
        return new string([.. name.TakeWhile(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_').Take(60)]);
    }

    private CognitoAttributes? ReadAttributes(Dictionary<string, JsonValue> answer)
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
        var values = new Dictionary<string, JsonValue>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            // An attribute that comes twice could mean two things.
            if (item.Members is not { } attribute || attribute.StringOf("Name") is not { } name || !names.Add(name))
            {
                return null;
            }

            if (attribute.TryGetValue("Value", out var value) && value.String != null)
            {
                values.Add(name, value);
            }
        }

        return new CognitoAttributes(values);
    }
}

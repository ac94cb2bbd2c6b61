using System;
using System.Configuration;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Notes.SignIn
{
    /// <summary>
    /// Calls Cognito's InitiateAuth, with USER_PASSWORD_AUTH (which the app client must allow) and REFRESH_TOKEN_AUTH, and RevokeToken.
    /// These operations need no AWS credentials, so each call is a plain POST.
    /// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
    /// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html
    /// </summary>
    public sealed class CognitoSignIn
    {
        private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };

        private readonly Uri _endpoint;
        private readonly string _clientId;
        private readonly string _clientSecret;

        public CognitoSignIn()
        {
            var settings = ConfigurationManager.AppSettings;
            // The application may accept tokens of several app clients. It signs users in with the first.
            _clientId = settings["cognito:ClientId"].Split(',', ';')[0].Trim();
            _clientSecret = settings["signIn:ClientSecret"];
            _endpoint = string.IsNullOrEmpty(settings["signIn:Endpoint"])
                ? DefaultEndpoint(settings["cognito:Region"], settings["cognito:UserPoolId"])
                : new Uri(settings["signIn:Endpoint"]);
        }

        public Task<SessionTokens> SignInAsync(string username, string password, CancellationToken cancellationToken) =>
            InitiateAuthAsync(
                "USER_PASSWORD_AUTH",
                new JObject { ["USERNAME"] = username, ["PASSWORD"] = password },
                username,
                "The user name or the password is wrong.",
                cancellationToken);

        /// <summary>Gets new tokens. If the result has no refresh token, the old one stays in use; only some pools return a new one.</summary>
        public Task<SessionTokens> RefreshAsync(string refreshToken, string username, CancellationToken cancellationToken) =>
            InitiateAuthAsync(
                "REFRESH_TOKEN_AUTH",
                new JObject { ["REFRESH_TOKEN"] = refreshToken },
                username ?? "",
                SessionIsOver,
                cancellationToken);

        public async Task RevokeAsync(string refreshToken, CancellationToken cancellationToken)
        {
            var body = new JObject { ["ClientId"] = _clientId, ["Token"] = refreshToken };
            if (!string.IsNullOrEmpty(_clientSecret))
            {
                body["ClientSecret"] = _clientSecret;
            }

            var (succeeded, answer) = await CallAsync("RevokeToken", body, cancellationToken);
            if (!succeeded)
            {
                throw Refusal(answer, SessionIsOver);
            }
        }

        private const string SessionIsOver = "The session has ended. Sign in again.";

        private async Task<SessionTokens> InitiateAuthAsync(
            string flow, JObject parameters, string username, string wrong, CancellationToken cancellationToken)
        {
            if (!string.IsNullOrEmpty(_clientSecret))
            {
                parameters["SECRET_HASH"] = SecretHash(username);
            }

            var (succeeded, answer) = await CallAsync(
                "InitiateAuth",
                new JObject { ["AuthFlow"] = flow, ["ClientId"] = _clientId, ["AuthParameters"] = parameters },
                cancellationToken);

            if (!succeeded)
            {
                throw Refusal(answer, wrong);
            }

            if (answer["AuthenticationResult"] is JObject tokens)
            {
                return new SessionTokens
                {
                    IdToken = (string)tokens["IdToken"],
                    AccessToken = (string)tokens["AccessToken"],
                    RefreshToken = (string)tokens["RefreshToken"],
                    ExpiresIn = (int?)tokens["ExpiresIn"],
                };
            }

            // The password is right, but the pool requires another step: a new password, a code, a device.
            throw new SignInException(
                HttpStatusCode.Conflict,
                (string)answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
                    ? "The user must choose a new password first (NEW_PASSWORD_REQUIRED)."
                    : $"The user pool requires another step that this application does not support ({answer["ChallengeName"]}).");
        }

        private async Task<(bool Succeeded, JObject Answer)> CallAsync(
            string operation, JObject body, CancellationToken cancellationToken)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, _endpoint)
            {
                Content = new StringContent(body.ToString(Formatting.None), Encoding.UTF8)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1") },
                },
            };
            request.Headers.Add("X-Amz-Target", "AWSCognitoIdentityProviderService." + operation);

            try
            {
                using (request)
                using (var response = await Http.SendAsync(request, cancellationToken))
                {
                    var text = await response.Content.ReadAsStringAsync();
                    return response.StatusCode >= HttpStatusCode.InternalServerError
                        ? throw Unreachable()
                        : (response.IsSuccessStatusCode, JObject.Parse(text.Length > 0 ? text : "{}"));
                }
            }
            catch (Exception exception) when (
                exception is HttpRequestException
                || exception is JsonException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw Unreachable(exception);
            }
        }

        private static SignInException Unreachable(Exception exception = null) => new SignInException(
            HttpStatusCode.ServiceUnavailable, "The user pool cannot be reached. Try again in a moment.", exception);

        private static SignInException Refusal(JObject answer, string wrong)
        {
            // For example "NotAuthorizedException". Some endpoints add a prefix that ends in '#'.
            var error = ((string)answer["__type"] ?? "").Split('#').Last();
            // A wrong client secret and a wrong password have the same error name. Log the text, so that an operator can distinguish them.
            // It contains nothing that the user typed.
            Trace.TraceWarning("The user pool refused a sign-in: {0}: {1}", error, (string)answer["message"]);

            switch (error)
            {
                // The same message for all of these, so that it does not reveal whether a user exists. cognito-local uses the last name for
                // a wrong password.
                case "NotAuthorizedException":
                case "UserNotFoundException":
                case "InvalidPasswordException":
                    return new SignInException(HttpStatusCode.Unauthorized, wrong);
                case "UserNotConfirmedException":
                    return new SignInException(HttpStatusCode.Conflict, "The user has not been confirmed yet.");
                case "PasswordResetRequiredException":
                    return new SignInException(HttpStatusCode.Conflict, "The password must be reset first.");
                case "TooManyRequestsException":
                case "LimitExceededException":
                    return new SignInException(HttpStatusCode.ServiceUnavailable, "Too many sign-ins at once. Try again in a moment.");
                default:
                    return new SignInException(HttpStatusCode.BadGateway, "The user pool did not accept the sign-in request.");
            }
        }

        // https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
        private string SecretHash(string username)
        {
            using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(_clientSecret)))
            {
                return Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(username + _clientId)));
            }
        }

        private static Uri DefaultEndpoint(string region, string userPoolId)
        {
            region = string.IsNullOrEmpty(region) ? userPoolId.Split('_')[0] : region;
            var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
            return new Uri($"https://cognito-idp.{region}.{domain}/");
        }
    }
}

using System;
using System.Collections.Generic;
using System.Security.Claims;
using System.Threading.Tasks;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.Infrastructure;

namespace CognitoOwin.Tests.Katana;

/// <summary>The smallest authentication: the token is the user's name, and "alice" is the only user.</summary>
internal sealed class FakeBearerMiddleware(OwinMiddleware next, FakeBearerOptions options)
    : AuthenticationMiddleware<FakeBearerOptions>(next, options)
{
    protected override AuthenticationHandler<FakeBearerOptions> CreateHandler() => new Handler();

    private sealed class Handler : AuthenticationHandler<FakeBearerOptions>
    {
        public override Task<bool> InvokeAsync() => Task.FromResult(Request.Path.Value == Options.AnswersPath);

        protected override async Task<AuthenticationTicket?> AuthenticateCoreAsync()
        {
            Options.Authentications++;
            await Task.Yield();
            if (Options.Failure is { } failure)
            {
                throw failure;
            }

            if (Request.Headers.Get("Authorization") != Options.AuthenticationType + " alice")
            {
                return null;
            }

            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "alice")], Options.AuthenticationType);
            return new AuthenticationTicket(identity, new AuthenticationProperties { RedirectUri = "/from-the-ticket" });
        }

        protected override Task ApplyResponseGrantAsync()
        {
            if (Helper.LookupSignIn(Options.AuthenticationType) is { } grant)
            {
                Response.Headers.Set("X-Signed-In", grant.Identity.Name);
            }

            if (Helper.LookupSignOut(Options.AuthenticationType, Options.AuthenticationMode) is not null)
            {
                Response.Headers.Set("X-Signed-Out", "yes");
            }

            return Task.CompletedTask;
        }

        protected override Task ApplyResponseChallengeAsync()
        {
            Options.ResponsesApplied++;
            if (Response.StatusCode == 401
                && Helper.LookupChallenge(Options.AuthenticationType, Options.AuthenticationMode) is { } challenge)
            {
                if (Options.ChallengeFailure is { } failure)
                {
                    throw failure;
                }

                Response.Headers.AppendValues("WWW-Authenticate", Options.AuthenticationType);
                Options.Challenges.Add(challenge);
            }

            return Task.CompletedTask;
        }

        protected override Task TeardownCoreAsync()
        {
            Options.Teardowns.Add(Faulted);
            return Task.CompletedTask;
        }
    }
}

internal sealed class FakeBearerOptions(string authenticationType = "Bearer") : AuthenticationOptions(authenticationType)
{
    /// <summary>Gets or sets the exception of the authentication.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets or sets the exception of the challenge.</summary>
    public Exception? ChallengeFailure { get; set; }

    /// <summary>Gets or sets the path that the middleware answers itself.</summary>
    public string? AnswersPath { get; set; }

    public int Authentications { get; set; }

    public int ResponsesApplied { get; set; }

    public List<AuthenticationResponseChallenge> Challenges { get; } = [];

    /// <summary>Gets, for each teardown, whether the handler was faulted.</summary>
    public List<bool> Teardowns { get; } = [];
}

using System.Configuration;
using CognitoOwin;
using Microsoft.Owin;
using Notes.Data;
using Owin;

[assembly: OwinStartup(typeof(Notes.Startup))]

namespace Notes
{
    /// <summary>All code that this application needs for Amazon Cognito. The settings are in web.config and begin with "cognito:".</summary>
    public class Startup
    {
        public void Configuration(IAppBuilder app) => app.UseCognitoJwt(options =>
        {
            // Several servers share their revocations. Without this, each process keeps its own in memory.
            var redis = ConfigurationManager.AppSettings["notes:Redis"];
            if (!string.IsNullOrEmpty(redis))
            {
                options.Revocations.UseRedis(redis);
            }

            options.Provider = new CognitoJwtAuthenticationProvider
            {
                // Runs once for each new token of a user. Finds or creates the local user of the Cognito user. A "sub" is unique only within
                // its user pool, so the key is the pool id and the subject. Email is null for an access token; SaveUserAsync then keeps
                // the address that it has.
                OnProvisionUser = async context =>
                {
                    var user = await new NotesStore().SaveUserAsync(
                        context.UserPoolId, context.Subject, context.Username, context.Email);
                    if (user.IsDisabled)
                    {
                        context.Reject("This account is closed.");
                        return;
                    }

                    context.SetUser(user);
                },
            };
        });
    }
}

using CognitoOwin;
using Microsoft.Owin;
using Notes.Data;
using Owin;

[assembly: OwinStartup(typeof(Notes.Startup))]

namespace Notes;

/// <summary>Everything that Amazon Cognito needs in this application. The settings are in web.config, under "cognito:".</summary>
public class Startup
{
    public void Configuration(IAppBuilder app) => app.UseCognitoJwt(options =>
        options.Provider = new CognitoJwtAuthenticationProvider
        {
            // Runs once for each new ID token: finds the local user of this Cognito user, or creates it. A "sub" is
            // unique within its user pool only, so the id of the pool is half of the key.
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
        });
}

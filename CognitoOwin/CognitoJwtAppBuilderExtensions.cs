using System;
using System.Configuration;
using CognitoOwin;
using Microsoft.Owin.Extensions;

namespace Owin;

/// <summary>Adds the validation of Amazon Cognito's tokens to an application.</summary>
public static class CognitoJwtAppBuilderExtensions
{
    /// <summary>Accepts the Cognito tokens that the <c>cognito:</c> keys of <c>&lt;appSettings&gt;</c> describe.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The application, so that calls can be chained.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="app"/> is null.</exception>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    public static IAppBuilder UseCognitoJwt(this IAppBuilder app) => app.UseCognitoJwt(static _ => { });

    /// <summary>
    /// Accepts the Cognito tokens that the <c>cognito:</c> keys of <c>&lt;appSettings&gt;</c> describe, with changes made in
    /// code.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">Changes the options after the settings were read into them.</param>
    /// <returns>The application, so that calls can be chained.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    public static IAppBuilder UseCognitoJwt(this IAppBuilder app, Action<CognitoJwtAuthenticationOptions> configure)
    {
        if (configure == null)
        {
            throw new ArgumentNullException(nameof(configure));
        }

        var options = new CognitoJwtAuthenticationOptions().ReadSettings(ConfigurationManager.AppSettings);
        configure(options);
        return app.UseCognitoJwt(options);
    }

    /// <summary>Accepts the Cognito tokens that options describe, without reading <c>&lt;appSettings&gt;</c>.</summary>
    /// <param name="app">The application.</param>
    /// <param name="options">The options.</param>
    /// <returns>The application, so that calls can be chained.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="CognitoConfigurationException">The options have problems; the exception lists all of them.</exception>
    public static IAppBuilder UseCognitoJwt(this IAppBuilder app, CognitoJwtAuthenticationOptions options)
    {
        if (app == null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        // Check the options here instead of when the pipeline is built, so that the stack of the exception shows the line of
        // Startup.
        (options ?? throw new ArgumentNullException(nameof(options))).ThrowIfUnusable();
        app.Use(typeof(CognitoJwtAuthenticationMiddleware), app, options);

        // On IIS the authorization modules and the rules of web.config need the user.
        return app.UseStageMarker(PipelineStage.Authenticate);
    }
}

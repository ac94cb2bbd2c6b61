using System;
using System.Configuration;
using CognitoOwin;
using Microsoft.Owin.Extensions;

namespace Owin;

/// <summary>Puts Amazon Cognito in front of an application.</summary>
public static class CognitoJwtAppBuilderExtensions
{
    /// <summary>Accepts the Cognito tokens that the <c>cognito:</c> keys of <c>&lt;appSettings&gt;</c> describe.</summary>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    public static IAppBuilder UseCognitoJwt(this IAppBuilder app) => app.UseCognitoJwt(static _ => { });

    /// <summary>
    /// Accepts the Cognito tokens that the <c>cognito:</c> keys of <c>&lt;appSettings&gt;</c> describe, with changes made by code.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">Changes the options after the settings were read into them.</param>
    /// <returns><paramref name="app"/>.</returns>
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

    /// <summary>Accepts the Cognito tokens that options describe; <c>&lt;appSettings&gt;</c> is not read.</summary>
    /// <param name="app">The application.</param>
    /// <param name="options">The options.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="CognitoConfigurationException">The options have problems; the exception lists all of them.</exception>
    public static IAppBuilder UseCognitoJwt(this IAppBuilder app, CognitoJwtAuthenticationOptions options)
    {
        if (app == null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        // Here rather than when the pipeline is built, so that the stack of the exception shows the line of Startup.
        (options ?? throw new ArgumentNullException(nameof(options))).ThrowIfUnusable();
        app.Use(typeof(CognitoJwtAuthenticationMiddleware), app, options);

        // On IIS the user must be there when the authorization modules and rules of web.config are asked.
        return app.UseStageMarker(PipelineStage.Authenticate);
    }
}

using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.Provider;
using CognitoOwin.Provisioning;
using Microsoft.Owin;
using Microsoft.Owin.BuilderProperties;
using Microsoft.Owin.Logging;
using Microsoft.Owin.Security.Infrastructure;
using Owin;

namespace CognitoOwin;

/// <summary>Validates the Cognito token of each request. Add it with <c>app.UseCognitoJwt()</c>.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Katana disposes no middleware; the parts are disposed when the application ends.")]
public sealed class CognitoJwtAuthenticationMiddleware : AuthenticationMiddleware<CognitoJwtAuthenticationOptions>
{
    private readonly MiddlewareServices _services;
    private readonly SharedServices _shared;

    /// <summary>Creates the middleware.</summary>
    /// <param name="next">The next middleware.</param>
    /// <param name="app">The application.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentNullException"><paramref name="app"/> is null.</exception>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another middleware of the application has another <see cref="CognitoRevocationsOptions.List"/> or
    /// <see cref="CognitoRevocationsOptions.Store"/>, or the list has revocations, which are kept too short a time for these options.
    /// </exception>
    public CognitoJwtAuthenticationMiddleware(OwinMiddleware next, IAppBuilder app, CognitoJwtAuthenticationOptions options)
        : base(next, options)
    {
        var properties = new AppProperties((app ?? throw new ArgumentNullException(nameof(app))).Properties);
        var disposing = properties.OnAppDisposing;
        var log = new CognitoLog(app.CreateLogger<CognitoJwtAuthenticationMiddleware>());
        var settings = options.CreateValidationSettings();
        _shared = SharedServices.GetOrCreate(app);
        var validator = new CognitoTokenValidator(
            settings with { RevocationList = _shared.ShareRevocations(options.Revocations.List) }, log);
        _shared.Add(validator, settings.UserPools, settings.UserPoolResolver != null, log);
        var userInfoClient = new UserInfoClient(
            options.UserInfo, options.UserInfoHttpMessageHandler, options.Keys.Proxy, options.UserInfoTimeout, options.TimeProvider, log);
        var userInfo = new UserInfoReader(userInfoClient, options.UserInfoMaxAge, options.TimeProvider, disposing);
        RaiseProvisionUser? raise = options.Provider.HandlesProvisioning ? new ProvisionUserEvent(options).RaiseAsync : null;
        var reporter = new ProvisioningReporter(options.MaximumPendingProvisioning, options.TimeProvider, log);
        var provisioner = new UserProvisioner(
            options.CreateProvisioningSettings(), userInfo, raise, reporter, options.TimeProvider, disposing);
        ProvisioningMetrics.Observe(provisioner);
        _services = new MiddlewareServices(
            validator, provisioner, options.CreateIdentitySettings(), _shared.GetRefusals(options.TimeProvider, log, disposing));

        if (options.CreateRoleClaim().IsAttribute)
        {
            log.RolesFromAttribute(options.RoleClaimType);
        }

        if (disposing != CancellationToken.None)
        {
            disposing.Register(validator.Dispose);
            disposing.Register(userInfoClient.Dispose);
        }
    }

    /// <inheritdoc/>
    public override Task Invoke(IOwinContext context)
    {
        (context ?? throw new ArgumentNullException(nameof(context))).Set(SharedServices.Key, _shared);
        return base.Invoke(context);
    }

    /// <inheritdoc/>
    protected override AuthenticationHandler<CognitoJwtAuthenticationOptions> CreateHandler() =>
        new CognitoJwtAuthenticationHandler(_services);
}

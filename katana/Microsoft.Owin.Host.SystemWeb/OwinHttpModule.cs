using System;
using System.Runtime.CompilerServices;
using System.Security.Principal;
using System.Threading;
using System.Web;
using Owin;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>
/// Runs the OWIN pipeline inside System.Web's: the parts before a stage marker in that stage, the rest just before the handler,
/// and what comes after <c>next</c> when the request ends.
/// </summary>
/// <remarks>
/// The handlers are synchronous, because those Mono awaits are not safe: with an asynchronous PreRequestHandlerExecute it starts the
/// handler without waiting, and elsewhere a callback that comes while Begin returns is lost, and the request with it.
/// </remarks>
internal sealed class OwinHttpModule : IHttpModule
{
    private static readonly ConditionalWeakTable<HttpApplication, object> Served = new();

    public void Init(HttpApplication context)
    {
        if (!StartupLoader.IsAutomatic || !TryClaim(context))
        {
            return;
        }

        var app = OwinApplication.Current;
        foreach (var stage in app.Stages)
        {
            Subscribe(context, stage, (sender, _) => Run(app, (HttpApplication)sender, stage));
        }

        // The handler expects the thread's principal to be the request's user; an await in the pipeline may have lost it. Neither
        // before nor after, as mono-fastcgi has what surrounds the application in another AppDomain: each call there takes along what
        // the call context holds, and to serialize the user every time took as long as the rest of the request.
        context.PreRequestHandlerExecute += (sender, _) => SetThreadPrincipal(((HttpApplication)sender).Context.User);
        context.PostRequestHandlerExecute += (_, _) => Thread.CurrentPrincipal = null;
        context.EndRequest += (sender, _) =>
        {
            // Where the handler threw.
            Thread.CurrentPrincipal = null;
            Of(sender)?.RunTo(RequestPipeline.End);
        };

        // Not when the request ends: System.Web may still put an error page, with other headers, in the response's place.
        context.PreSendRequestHeaders += (sender, _) => Of(sender)?.SendHeaders();
    }

    public void Dispose()
    {
    }

    private static bool TryClaim(HttpApplication application)
    {
        lock (Served)
        {
            if (Served.TryGetValue(application, out _))
            {
                return false;
            }

            Served.Add(application, new object());
            return true;
        }
    }

    private static void Run(OwinApplication app, HttpApplication application, PipelineStage stage)
    {
        var pipeline = RequestPipeline.Of(application.Context) ?? RequestPipeline.Create(app, application.Context);
        pipeline.RunTo((int)stage);
        if (pipeline.IsCompleted)
        {
            // Nobody called next to the end: the response is the pipeline's, and System.Web's handler must not run.
            application.CompleteRequest();
        }
    }

    // Mono serializes a principal whenever it is set.
    private static void SetThreadPrincipal(IPrincipal user)
    {
        if (Thread.CurrentPrincipal != user)
        {
            Thread.CurrentPrincipal = user;
        }
    }

    private static RequestPipeline Of(object application) => RequestPipeline.Of(((HttpApplication)application).Context);

    private static void Subscribe(HttpApplication application, PipelineStage stage, EventHandler handler)
    {
        switch (stage)
        {
            case PipelineStage.Authenticate:
                application.AuthenticateRequest += handler;
                break;
            case PipelineStage.PostAuthenticate:
                application.PostAuthenticateRequest += handler;
                break;
            case PipelineStage.Authorize:
                application.AuthorizeRequest += handler;
                break;
            case PipelineStage.PostAuthorize:
                application.PostAuthorizeRequest += handler;
                break;
            case PipelineStage.ResolveCache:
                application.ResolveRequestCache += handler;
                break;
            case PipelineStage.PostResolveCache:
                application.PostResolveRequestCache += handler;
                break;
            case PipelineStage.MapHandler:
                application.MapRequestHandler += handler;
                break;
            case PipelineStage.PostMapHandler:
                application.PostMapRequestHandler += handler;
                break;
            case PipelineStage.AcquireState:
                application.AcquireRequestState += handler;
                break;
            case PipelineStage.PostAcquireState:
                application.PostAcquireRequestState += handler;
                break;
            case PipelineStage.PreHandlerExecute:
                application.PreRequestHandlerExecute += handler;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(stage));
        }
    }
}

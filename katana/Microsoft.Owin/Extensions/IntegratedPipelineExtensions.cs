using System;
using Owin;

namespace Microsoft.Owin.Extensions;

public static class IntegratedPipelineExtensions
{
    // Only a host with stages (System.Web) puts the marker into the properties: elsewhere the call means nothing.
    public static IAppBuilder UseStageMarker(this IAppBuilder app, string stageName)
    {
        if (app is null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        if (app.Properties.TryGetValue(OwinKeys.StageMarker, out var value) && value is Action<IAppBuilder, string> mark)
        {
            mark(app, stageName);
        }

        return app;
    }

    public static IAppBuilder UseStageMarker(this IAppBuilder app, PipelineStage stage) => app.UseStageMarker(stage.ToString());
}

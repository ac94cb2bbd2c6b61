using System;
using System.Collections.Generic;
using System.Configuration;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Web.Hosting;
using Microsoft.Owin.Builder;
using Microsoft.Owin.BuilderProperties;
using Owin;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>The application's OWIN pipeline, built once a process, and the stages of System.Web in which its parts run.</summary>
internal sealed class OwinApplication
{
    private const PipelineStage LastStage = PipelineStage.PreHandlerExecute;

    private static readonly Lazy<OwinApplication> Built = new(() => new OwinApplication(StartupLoader.Load()));

    private OwinApplication(Action<IAppBuilder> startup)
    {
        var builder = new AppBuilder();
        var markers = new List<PipelineStage>();
        SetProperties(builder);
        Properties = builder.Properties;
        builder.Properties["integratedpipeline.StageMarker"] = new Action<IAppBuilder, string>((app, name) =>
        {
            // A branch runs where its root runs.
            if (ReferenceEquals(app, builder) && Enum.TryParse<PipelineStage>(name, ignoreCase: true, out var stage))
            {
                markers.Add(stage);
                var part = markers.Count;
                builder.Use(new Func<AppFunc, AppFunc>(next => async environment =>
                {
                    if (await RequestPipeline.Of(environment).EnterAsync((int)StageOf(part, markers)))
                    {
                        await next(environment);
                    }
                }));
            }
        });

        startup(builder);
        Invoke = builder.Build();
        Stages = Enumerable.Range(0, markers.Count + 1).Select(part => StageOf(part, markers)).Distinct().ToArray();
    }

    public static OwinApplication Current => Built.Value;

    public IDictionary<string, object> Properties { get; }

    public AppFunc Invoke { get; }

    public IReadOnlyList<PipelineStage> Stages { get; }

    // A marker is the latest stage for the parts before it. Parts run in order, so the earliest of the later markers counts.
    private static PipelineStage StageOf(int part, IEnumerable<PipelineStage> markers) =>
        markers.Skip(part).Concat(new[] { LastStage }).Min();

    private static void SetProperties(AppBuilder builder)
    {
        _ = new AppProperties(builder.Properties)
        {
            OwinVersion = "1.0",
            AppName = HostingEnvironment.SiteName + HostingEnvironment.ApplicationID,
            OnAppDisposing = ShutdownSignal.Register(),
            TraceOutput = new TraceWriter(),
            DefaultApp = environment => RequestPipeline.Of(environment).EnterAsync(RequestPipeline.End),
        };
        builder.Properties["host.ReferencedAssemblies"] = StartupLoader.Assemblies();
        builder.Properties["server.Capabilities"] = new Dictionary<string, object>();
        if (ConfigurationManager.GetSection("system.web/compilation") is System.Web.Configuration.CompilationSection { Debug: true })
        {
            builder.Properties["host.AppMode"] = "development";
        }
    }

    private sealed class ShutdownSignal : IRegisteredObject
    {
        private readonly CancellationTokenSource _source;

        private ShutdownSignal(CancellationTokenSource source) => _source = source;

        public static CancellationToken Register()
        {
            var source = new CancellationTokenSource();
            HostingEnvironment.RegisterObject(new ShutdownSignal(source));

            // Mono calls no registered object, but it tells of the end of the domain.
            AppDomain.CurrentDomain.DomainUnload += (_, _) => source.Cancel();
            return source.Token;
        }

        public void Stop(bool immediate)
        {
            _source.Cancel();
            HostingEnvironment.UnregisterObject(this);
        }
    }

    private sealed class TraceWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Trace.Write(value);

        public override void Write(string value) => Trace.Write(value);

        public override void WriteLine(string value) => Trace.WriteLine(value);
    }
}

using System.Diagnostics;
using System.Web.Http;
using System.Web.Http.ExceptionHandling;
using CognitoOwin;
using CognitoOwin.WebApi;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Serialization;

namespace Notes
{
    public static class WebApiConfig
    {
        public static void Register(HttpConfiguration config)
        {
            config.MapHttpAttributeRoutes();
            config.Services.Add(typeof(IExceptionLogger), new TraceExceptionLogger());
            config.MessageHandlers.Add(new CognitoUnavailableHandler());
            config.Filters.Add(new PendingRevocationFilter());

            config.Formatters.Remove(config.Formatters.XmlFormatter);
            var json = config.Formatters.JsonFormatter.SerializerSettings;
            json.ContractResolver = new CamelCasePropertyNamesContractResolver();
            json.Converters.Add(new StringEnumConverter(new CamelCaseNamingStrategy()));
        }

        // Web API handles the exceptions of controllers itself, so Application_Error does not get them.
        private sealed class TraceExceptionLogger : ExceptionLogger
        {
            // CognitoOwin logs the exceptions of OnProvisionUser to the same console.
            public override bool ShouldLog(ExceptionLoggerContext context) =>
                context.CatchBlock.Name != nameof(CognitoUnavailableHandler)
                && !(context.Exception is CognitoRevocationStoreException);

            public override void Log(ExceptionLoggerContext context) =>
                Trace.TraceError("A controller failed: {0}", context.Exception);
        }
    }
}

using System;
using System.Diagnostics;
using System.Threading.Tasks;
using System.Web;
using System.Web.Http;
using Notes.Data;

namespace Notes
{
    public class WebApiApplication : HttpApplication
    {
        protected void Application_Start()
        {
            GlobalConfiguration.Configure(WebApiConfig.Register);
            _ = Task.Run(ReportDatabaseAsync);
        }

        // The application starts without its database, and says so. Requests that need it fail until it is back.
        private static async Task ReportDatabaseAsync()
        {
            try
            {
                await new NotesStore().CountAsync();
            }
            catch (Exception exception)
            {
                Trace.TraceError("The database cannot be reached: {0}", exception.Message);
            }
        }

        // Logs an exception that Web API does not see. The client gets a 500 without the reason.
        protected void Application_Error() => Trace.TraceError("A request failed: {0}", Server.GetLastError());
    }
}

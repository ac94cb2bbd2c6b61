using System.Diagnostics;
using System.Web;
using System.Web.Http;
using Notes.Data;

namespace Notes;

public class WebApiApplication : HttpApplication
{
    protected void Application_Start()
    {
        new NotesStore().CreateDatabase();
        GlobalConfiguration.Configure(WebApiConfig.Register);
    }

    // Logs an exception that Web API does not see. The client gets a 500 without the reason.
    protected void Application_Error() => Trace.TraceError("A request failed: {0}", Server.GetLastError());
}

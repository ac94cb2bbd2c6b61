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

    // What fails before Web API has the request, OnProvisionUser above all. The client gets a 500 that says nothing.
    protected void Application_Error() => Trace.TraceError("A request failed: {0}", Server.GetLastError());
}

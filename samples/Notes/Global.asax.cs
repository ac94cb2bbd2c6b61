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
}

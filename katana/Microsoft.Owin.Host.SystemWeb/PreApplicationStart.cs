using System.Web;
using Microsoft.Owin.Host.SystemWeb;

[assembly: PreApplicationStartMethod(typeof(PreApplicationStart), nameof(PreApplicationStart.Initialize))]

namespace Microsoft.Owin.Host.SystemWeb;

public static class PreApplicationStart
{
    // Under Mono this reaches only the first HttpApplication of a process, so a web.config there names the module as well;
    // the module itself sees to it that it serves an application once.
    public static void Initialize()
    {
        if (StartupLoader.IsAutomatic)
        {
            HttpApplication.RegisterModule(typeof(OwinHttpModule));
        }
    }
}

using System.Threading.Tasks;

namespace Microsoft.Owin;

public abstract class OwinMiddleware
{
    protected OwinMiddleware(OwinMiddleware next) => Next = next;

    protected OwinMiddleware Next { get; set; }

    public abstract Task Invoke(IOwinContext context);
}

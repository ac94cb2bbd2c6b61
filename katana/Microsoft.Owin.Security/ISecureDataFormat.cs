namespace Microsoft.Owin.Security;

public interface ISecureDataFormat<TData>
{
    string Protect(TData data);

    TData Unprotect(string protectedText);
}

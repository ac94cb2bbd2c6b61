namespace Microsoft.Owin.Security;

public enum AuthenticationMode
{
    Active = 0,
    Passive = 1,
}

public abstract class AuthenticationOptions
{
    private string _authenticationType;

    protected AuthenticationOptions(string authenticationType)
    {
        Description = new AuthenticationDescription();
        AuthenticationType = authenticationType;
        AuthenticationMode = AuthenticationMode.Active;
    }

    public string AuthenticationType
    {
        get => _authenticationType;
        set
        {
            _authenticationType = value;
            Description.AuthenticationType = value;
        }
    }

    public AuthenticationMode AuthenticationMode { get; set; }

    public AuthenticationDescription Description { get; set; }
}

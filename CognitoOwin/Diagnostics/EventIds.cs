namespace CognitoOwin.Diagnostics;

/// <summary>Names the ids of the log's events. They stay the same from version to version.</summary>
internal static class EventIds
{
    public const int KeysFetched = 100;
    public const int KeysFetchFailed = 101;
    public const int KeySkipped = 102;
    public const int KeyDropped = 103;
    public const int LookupsRefused = 104;
    public const int AddressUnused = 105;
    public const int OutageEnded = 106;
    public const int TokenRefused = 200;
    public const int RolesFromAttribute = 202;
    public const int PoolUsedTwice = 203;
    public const int UnknownUserPool = 204;
    public const int RefusalsCounted = 205;
    public const int UserInfoFailed = 300;
    public const int UserInfoRecovered = 304;
    public const int ProvisioningFailed = 301;
    public const int ProvisioningRecovered = 302;
    public const int ProvisioningRefused = 303;
    public const int PoolRefused = 400;
    public const int PoolLookupFailed = 401;
    public const int PoolLookupsRefused = 402;
    public const int PoolChanged = 403;
    public const int PoolLookupRecovered = 404;
    public const int RevocationsRead = 500;
    public const int RevocationStoreFailed = 501;
    public const int RevocationStoreRecovered = 502;
    public const int RevocationsRepaired = 503;
    public const int RevocationsIgnored = 504;
}

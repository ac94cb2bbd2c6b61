using System;
using System.Collections.Generic;

namespace Microsoft.Owin;

internal static class OwinEnvironment
{
    public static T Read<T>(this IDictionary<string, object> environment, string key) =>
        environment.TryGetValue(key, out var value) && value is not null ? (T)value : default;

    public static IDictionary<string, string[]> ReadHeaders(this IDictionary<string, object> environment, string key)
    {
        var headers = environment.Read<IDictionary<string, string[]>>(key);
        if (headers is null)
        {
            environment[key] = headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        }

        return headers;
    }
}

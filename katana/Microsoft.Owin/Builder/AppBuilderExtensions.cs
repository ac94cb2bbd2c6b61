using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Owin;

namespace Microsoft.Owin.Builder;

public static class AppBuilderExtensions
{
    public static Func<IDictionary<string, object>, Task> Build(this IAppBuilder builder) =>
        builder.Build<Func<IDictionary<string, object>, Task>>();

    public static TApp Build<TApp>(this IAppBuilder builder) =>
        (TApp)(builder ?? throw new ArgumentNullException(nameof(builder))).Build(typeof(TApp));

    public static void AddSignatureConversion(this IAppBuilder builder, Delegate conversion)
    {
        if (builder is null)
        {
            throw new ArgumentNullException(nameof(builder));
        }

        if (!builder.Properties.TryGetValue(OwinKeys.AddSignatureConversion, out var value) || value is not Action<Delegate> add)
        {
            throw new MissingMethodException(builder.GetType().FullName, "AddSignatureConversion");
        }

        add(conversion);
    }

    public static void AddSignatureConversion<T1, T2>(this IAppBuilder builder, Func<T1, T2> conversion) =>
        builder.AddSignatureConversion((Delegate)conversion);
}

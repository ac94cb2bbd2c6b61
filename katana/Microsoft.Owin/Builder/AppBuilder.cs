using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using Microsoft.Owin.Infrastructure;
using Owin;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Builder;

public class AppBuilder : IAppBuilder
{
    private static readonly AppFunc NotFound = environment =>
    {
        environment[OwinKeys.ResponseStatusCode] = 404;
        return Task.CompletedTask;
    };

    private readonly List<Step> _steps = new();
    private readonly Dictionary<(Type From, Type To), Delegate> _conversions;

    public AppBuilder()
    {
        _conversions = new Dictionary<(Type, Type), Delegate>();
        Properties = new Dictionary<string, object>
        {
            [OwinKeys.AddSignatureConversion] = new Action<Delegate>(AddConversion),
            [OwinKeys.DefaultApp] = NotFound,
        };
        SignatureConversions.AddConversions(this);
    }

    private AppBuilder(AppBuilder parent)
    {
        _conversions = parent._conversions;
        Properties = parent.Properties;
    }

    public IDictionary<string, object> Properties { get; }

    public IAppBuilder Use(object middleware, params object[] args)
    {
        if (middleware is null)
        {
            throw new ArgumentNullException(nameof(middleware));
        }

        _steps.Add(
            FromDelegate(middleware, args)
            ?? FromInitializer(middleware, args)
            ?? FromFactoryMethod(middleware, args)
            ?? FromType(middleware, args)
            ?? throw new NotSupportedException($"{middleware} cannot be used as middleware."));
        return this;
    }

    public IAppBuilder New() => new AppBuilder(this);

    public object Build(Type returnType)
    {
        object app = Properties.TryGetValue(OwinKeys.DefaultApp, out var defaultApp) && defaultApp is not null ? defaultApp : NotFound;
        foreach (var step in Enumerable.Reverse(_steps))
        {
            app = step.Create(Convert(step.NextType, app));
        }

        return Convert(returnType, app);
    }

    private static Step FromDelegate(object middleware, object[] args)
    {
        if (middleware is not Delegate factory)
        {
            return null;
        }

        var parameters = factory.Method.GetParameters();

        // A static method bound to its first argument (an extension method used as a delegate) shows that argument too.
        var bound = factory.Method.IsStatic && factory.Target is not null ? 1 : 0;
        return parameters.Length - bound == args.Length + 1
            ? new Step(parameters[bound].ParameterType, next => Invoke(() => factory.DynamicInvoke(Prepend(next, args))))
            : null;
    }

    private static Step FromInitializer(object middleware, object[] args) =>
        FindMethod(middleware, "Initialize", args) is { } initialize
            ? new Step(
                initialize.GetParameters()[0].ParameterType,
                next =>
                {
                    Invoke(() => initialize.Invoke(middleware, Prepend(next, args)));
                    return middleware;
                })
            : null;

    private static Step FromFactoryMethod(object middleware, object[] args) =>
        FindMethod(middleware, "Invoke", args) is { } factory
            ? new Step(factory.GetParameters()[0].ParameterType, next => Invoke(() => factory.Invoke(middleware, Prepend(next, args))))
            : null;

    private static Step FromType(object middleware, object[] args)
    {
        if (middleware is not Type type)
        {
            return null;
        }

        var constructor = type.GetConstructors().FirstOrDefault(candidate => Accepts(candidate.GetParameters(), args))
            ?? throw new MissingMethodException(type.FullName, $"ctor({args.Length + 1})");
        return new Step(constructor.GetParameters()[0].ParameterType, next => Invoke(() => constructor.Invoke(Prepend(next, args))));
    }

    private static MethodInfo FindMethod(object middleware, string name, object[] args) =>
        middleware is Type
            ? null
            : middleware.GetType().GetMethods().FirstOrDefault(method => method.Name == name && Accepts(method.GetParameters(), args));

    private static bool Accepts(ParameterInfo[] parameters, object[] args) =>
        parameters.Length == args.Length + 1
        && parameters.Skip(1).Zip(args, (parameter, arg) => (parameter.ParameterType, arg)).All(pair =>
            pair.arg is null
                ? !pair.ParameterType.IsValueType || Nullable.GetUnderlyingType(pair.ParameterType) is not null
                : pair.ParameterType.IsInstanceOfType(pair.arg));

    private static object[] Prepend(object next, object[] args) => new[] { next }.Concat(args).ToArray();

    // A middleware's own exception at start-up must reach the host as it is, not inside reflection's.
    private static object Invoke(Func<object> call)
    {
        try
        {
            return call();
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception.InnerException).Throw();
            throw;
        }
    }

    private void AddConversion(Delegate conversion)
    {
        if (conversion is null)
        {
            throw new ArgumentNullException(nameof(conversion));
        }

        _conversions[(conversion.Method.GetParameters().Last().ParameterType, conversion.Method.ReturnType)] = conversion;
    }

    private object Convert(Type wanted, object app)
    {
        if (wanted.IsInstanceOfType(app))
        {
            return app;
        }

        if (AsDelegate(wanted, app) is { } own)
        {
            return own;
        }

        foreach (var conversion in _conversions.Where(conversion => wanted.IsAssignableFrom(conversion.Key.To)))
        {
            var source = conversion.Key.From.IsInstanceOfType(app) ? app : AsDelegate(conversion.Key.From, app);
            if (source is not null)
            {
                return Invoke(() => conversion.Value.DynamicInvoke(source));
            }
        }

        throw new ArgumentException(
            string.Format(CultureInfo.InvariantCulture, "No conversion available between {0} and {1}.", app.GetType(), wanted),
            nameof(app));
    }

    // Any object with a fitting Invoke method is an application.
    private static Delegate AsDelegate(Type wanted, object app)
    {
        if (!typeof(Delegate).IsAssignableFrom(wanted))
        {
            return null;
        }

        var signature = wanted.GetMethod("Invoke");
        var invoke = app.GetType().GetMethod("Invoke", signature.GetParameters().Select(parameter => parameter.ParameterType).ToArray());
        return invoke is not null && signature.ReturnType.IsAssignableFrom(invoke.ReturnType)
            ? Delegate.CreateDelegate(wanted, app, invoke)
            : null;
    }

    private sealed class Step
    {
        public Step(Type nextType, Func<object, object> create)
        {
            NextType = nextType;
            Create = create;
        }

        public Type NextType { get; }

        public Func<object, object> Create { get; }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;

namespace CognitoOwin.Tests.Katana;

/// <summary>Writes types and members as the listings in <c>katana/api</c> do.</summary>
internal static class SurfaceFormat
{
    public static Declaration Declare(TypeDefinition type)
    {
        var kind = type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";

        // The base that goes without saying is left out.
        var bases = type.Interfaces.Select(implementation => Name(implementation.InterfaceType));
        if (type.BaseType is { FullName: not ("System.Object" or "System.ValueType" or "System.Enum") } baseType)
        {
            bases = bases.Prepend(Name(baseType));
        }

        return new Declaration(kind, Name(type), type.IsEnum ? [] : bases);
    }

    /// <summary>Everything of the type that other assemblies can see.</summary>
    public static IEnumerable<string> Members(TypeDefinition type)
    {
        if (type.IsEnum)
        {
            return type.Fields.Where(field => field.IsStatic).Select(field => $"{field.Name} = {field.Constant}");
        }

        var accessors = type.Properties
            .SelectMany(property => new[] { property.GetMethod, property.SetMethod })
            .Concat(type.Events.SelectMany(e => new[] { e.AddMethod, e.RemoveMethod }))
            .ToList();
        return type.Methods.Where(method => IsVisible(method) && !method.IsStaticConstructor() && !accessors.Contains(method)).Select(Write)
            .Concat(type.Properties.Where(property => IsVisible(property.GetMethod) || IsVisible(property.SetMethod)).Select(Write))
            .Concat(type.Events.Where(e => IsVisible(e.AddMethod)).Select(e => $"event {e.Name}"))
            .Concat(type.Fields.Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(Write));
    }

    public static bool IsVisible(TypeDefinition type) => type.IsPublic || (type.IsNestedPublic && IsVisible(type.DeclaringType));

    public static string Write(MethodDefinition method)
    {
        var generic = method.HasGenericParameters
            ? "<" + string.Join(", ", method.GenericParameters.Select(parameter => parameter.Name)) + ">"
            : string.Empty;
        var result = method.IsConstructor ? string.Empty : Name(method.ReturnType) + " ";
        return Access(method) + Modifiers(method) + result + method.Name + generic + "(" + Parameters(method) + ")";
    }

    public static string Write(PropertyDefinition property)
    {
        var access = new[] { property.GetMethod, property.SetMethod }.Any(method => method is { IsPublic: true }) ? "public " : "protected ";

        var name = property.Parameters.Count > 0
            ? "this[" + string.Join(", ", property.Parameters.Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}")) + "]"
            : property.Name;
        return access + Modifiers(property.GetMethod ?? property.SetMethod) + Name(property.PropertyType) + " " + name + " { "
            + (IsVisible(property.GetMethod) ? "get; " : string.Empty)
            + (!IsVisible(property.SetMethod) ? string.Empty : property.SetMethod.IsPublic ? "set; " : "protected set; ") + "}";
    }

    public static string Write(FieldDefinition field)
    {
        var access = field.IsPublic ? "public " : "protected ";
        if (field.HasConstant)
        {
            return $"{access}const {Name(field.FieldType)} {field.Name} = \"{field.Constant}\"";
        }

        return access + (field.IsStatic ? "static " : string.Empty) + (field.IsInitOnly ? "readonly " : string.Empty)
            + Name(field.FieldType) + " " + field.Name;
    }

    /// <summary>C#'s view of a type's name, with the keywords written out: <c>System.Func&lt;System.String, T&gt;</c>.</summary>
    public static string Name(TypeReference type)
    {
        switch (type)
        {
            case ByReferenceType reference:
                return Name(reference.ElementType);
            case ArrayType array:
                return Name(array.ElementType) + "[" + new string(',', array.Rank - 1) + "]";
            case IModifierType modified:
                return Name(modified.ElementType);
            case GenericParameter parameter:
                return parameter.Name;
            case GenericInstanceType instance:
                return Plain(instance.ElementType) + Arguments(instance.GenericArguments);
            default:
                return type.HasGenericParameters ? Plain(type) + Arguments(type.GenericParameters) : Plain(type);
        }
    }

    private static string Arguments(IEnumerable<TypeReference> arguments) => "<" + string.Join(", ", arguments.Select(Name)) + ">";

    private static string Plain(TypeReference type) => type.FullName.Split('`')[0].Replace('/', '.');

    private static bool IsStaticConstructor(this MethodDefinition method) => method.IsConstructor && method.IsStatic;

    private static bool IsVisible(MethodDefinition? method) =>
        method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string Access(MethodDefinition method) => method.IsPublic ? "public " : "protected ";

    private static string Modifiers(MethodDefinition method) =>
        method.DeclaringType.IsInterface ? string.Empty
        : method.IsStatic ? "static "
        : method.IsAbstract ? (method.IsNewSlot ? "abstract " : "abstract override ")
        : !method.IsVirtual || (method.IsFinal && method.IsNewSlot) ? string.Empty
        : method.IsNewSlot ? "virtual "
        : method.IsFinal ? "sealed override "
        : "override ";

    private static string Parameters(MethodDefinition method)
    {
        var isExtension = method.CustomAttributes.Any(a => a.AttributeType.Name == "ExtensionAttribute");
        return string.Join(", ", method.Parameters.Select((parameter, index) =>
            (isExtension && index == 0 ? "this " : string.Empty)
            + (parameter.CustomAttributes.Any(a => a.AttributeType.Name == "ParamArrayAttribute") ? "params " : string.Empty)
            + (parameter.IsOut ? "out " : parameter.ParameterType.IsByReference ? "ref " : string.Empty)
            + Name(parameter.ParameterType) + " " + parameter.Name));
    }

    /// <summary>A type's first line. The order of its interfaces says nothing.</summary>
    internal sealed class Declaration : IEquatable<Declaration>
    {
        private readonly string _kind;

        public Declaration(string kind, string name, IEnumerable<string> bases)
        {
            _kind = kind;
            Name = name;
            Bases = bases.OrderBy(b => b, StringComparer.Ordinal).ToArray();
        }

        public string Name { get; }

        public IReadOnlyList<string> Bases { get; }

        public static Declaration Parse(string line)
        {
            string[] kinds = ["static class ", "abstract class ", "sealed class ", "class ", "interface ", "struct ", "enum "];
            var kind = kinds.First(candidate => line.StartsWith(candidate, StringComparison.Ordinal));
            var parts = line.Substring(kind.Length).Split([" : "], 2, StringSplitOptions.None);
            return new Declaration(kind.TrimEnd(), parts[0], parts.Length == 2 ? SplitList(parts[1]) : []);
        }

        public bool Equals(Declaration? other) =>
            other is not null && _kind == other._kind && Name == other.Name && Bases.SequenceEqual(other.Bases);

        public override bool Equals(object? obj) => Equals(obj as Declaration);

        public override int GetHashCode() => Name.GetHashCode();

        public override string ToString() => _kind + " " + Name + (Bases.Count > 0 ? " : " + string.Join(", ", Bases) : string.Empty);

        // Commas inside angle brackets belong to a type's arguments.
        private static IEnumerable<string> SplitList(string list)
        {
            var (depth, start) = (0, 0);
            for (var i = 0; i < list.Length; i++)
            {
                depth += list[i] switch { '<' => 1, '>' => -1, _ => 0 };
                if (list[i] == ',' && depth == 0)
                {
                    yield return list.Substring(start, i - start).Trim();
                    start = i + 1;
                }
            }

            yield return list.Substring(start).Trim();
        }
    }
}

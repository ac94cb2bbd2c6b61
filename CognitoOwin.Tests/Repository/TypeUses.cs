using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CognitoOwin.Tests.Repository;

/// <summary>Finds the types of the same assembly that a type uses, in its own declaration, its members and their code.</summary>
internal static class TypeUses
{
    /// <summary>Lists the uses of a type and its nested types. A nested type counts as the type that declares it.</summary>
    public static IEnumerable<(TypeDefinition Used, string Member)> Of(TypeDefinition type) =>
        ListTypes(type).SelectMany(part =>
            Declaration(part).Select(used => (used, part.FullName))
                .Concat(part.Fields.SelectMany(field => Find(field.FieldType).Concat(Attributes(field)).Select(used => (used, field.FullName))))
                .Concat(part.Properties.SelectMany(property => Attributes(property).Select(used => (used, property.FullName))))
                .Concat(part.Events.SelectMany(e => Attributes(e).Select(used => (used, e.FullName))))
                .Concat(part.Methods.SelectMany(method => Signature(method).Concat(Body(method)).Select(used => (used, method.FullName)))));

    public static IEnumerable<MethodDefinition> ListMethods(TypeDefinition type) => ListTypes(type).SelectMany(part => part.Methods);

    private static IEnumerable<TypeDefinition> ListTypes(TypeDefinition type) => type.NestedTypes.SelectMany(ListTypes).Prepend(type);

    private static IEnumerable<TypeDefinition> Declaration(TypeDefinition type) =>
        Find(type.BaseType)
            .Concat(type.Interfaces.SelectMany(implementation => Find(implementation.InterfaceType).Concat(Attributes(implementation))))
            .Concat(Parameters(type))
            .Concat(Attributes(type));

    private static IEnumerable<TypeDefinition> Signature(MethodDefinition method) =>
        Find(method.ReturnType)
            .Concat(Attributes(method.MethodReturnType))
            .Concat(method.Parameters.SelectMany(parameter => Find(parameter.ParameterType).Concat(Attributes(parameter))))
            .Concat(Parameters(method))
            .Concat(method.Overrides.SelectMany(Find))
            .Concat(Attributes(method));

    private static IEnumerable<TypeDefinition> Body(MethodDefinition method) =>
        !method.HasBody
            ? []
            : method.Body.Variables.SelectMany(variable => Find(variable.VariableType))
                .Concat(method.Body.ExceptionHandlers.SelectMany(handler => Find(handler.CatchType)))
                .Concat(method.Body.Instructions.SelectMany(Find));

    private static IEnumerable<TypeDefinition> Parameters(IGenericParameterProvider provider) =>
        provider.GenericParameters.SelectMany(parameter =>
            parameter.Constraints.SelectMany(constraint => Find(constraint.ConstraintType)).Concat(Attributes(parameter)));

    private static IEnumerable<TypeDefinition> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(attribute => Find(attribute.AttributeType).Concat(
            attribute.ConstructorArguments
                .Concat(attribute.Properties.Concat(attribute.Fields).Select(named => named.Argument))
                .SelectMany(Find)));

    private static IEnumerable<TypeDefinition> Find(CustomAttributeArgument argument)
    {
        var values = argument.Value switch
        {
            TypeReference type => Find(type),
            CustomAttributeArgument[] items => items.SelectMany(Find),
            _ => [],
        };
        return values.Concat(Find(argument.Type));
    }

    private static IEnumerable<TypeDefinition> Find(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => Find(type),
        FieldReference field => Find(field.DeclaringType).Concat(Find(field.FieldType)),
        MethodReference method => Find(method),
        _ => [],
    };

    private static IEnumerable<TypeDefinition> Find(MethodReference method)
    {
        var found = Find(method.DeclaringType)
            .Concat(Find(method.ReturnType))
            .Concat(method.Parameters.SelectMany(parameter => Find(parameter.ParameterType)));
        return method is GenericInstanceMethod instance ? found.Concat(instance.GenericArguments.SelectMany(Find)) : found;
    }

    private static IEnumerable<TypeDefinition> Find(TypeReference? type) => type switch
    {
        GenericInstanceType instance => Find(instance.ElementType).Concat(instance.GenericArguments.SelectMany(Find)),
        IModifierType modified => Find(modified.ModifierType).Concat(Find(modified.ElementType)),
        TypeSpecification specification => Find(specification.ElementType),
        TypeDefinition definition => [Outermost(definition)],

        // The type is a type parameter or belongs to another assembly.
        _ => [],
    };

    private static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType != null)
        {
            type = type.DeclaringType;
        }

        return type;
    }
}

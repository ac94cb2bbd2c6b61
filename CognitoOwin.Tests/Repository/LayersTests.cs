using System;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CognitoOwin.Tests.Repository;

/// <summary>Keeps the library as docs/architecture.md shows it: layers by folder, whose dependencies point one way.</summary>
[TestClass]
public sealed class LayersTests
{
    [TestMethod]
    public void Types_of_a_layer_use_only_layers_below()
    {
        using var module = Layers.ReadModule();

        var forbidden = new Layers(module).FindForbidden();

        Assert.IsEmpty(forbidden, Environment.NewLine + string.Join(Environment.NewLine, forbidden));
    }

    [TestMethod]
    public void Every_type_stands_in_the_file_of_its_name()
    {
        using var module = Layers.ReadModule();

        var files = new Layers(module).Files;

        foreach (var file in files)
        {
            Assert.AreEqual(Layers.GetFileName(file.Key), Path.GetFileName(file.Value), file.Key.FullName);
        }

        CollectionAssert.AreEquivalent(Layers.ListSourceFiles().ToArray(), files.Values.ToArray(), "Each file must contain one type.");
    }

    [TestMethod]
    public void Namespace_of_an_internal_type_names_its_folder()
    {
        using var module = Layers.ReadModule();

        foreach (var file in new Layers(module).Files)
        {
            var type = file.Key;
            var folder = Layers.GetFolder(file.Value);
            string[] expected = type.IsPublic ? ["CognitoOwin"] : [folder.Length == 0 ? "CognitoOwin" : "CognitoOwin." + folder];
            if (type.IsPublic && type.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "ExtensionAttribute"))
            {
                // Extension methods have the namespace of the type that they extend.
                expected = [.. expected, "Owin", "Microsoft.Owin"];
            }

            CollectionAssert.Contains(expected, type.Namespace, type.FullName);
        }
    }

    [TestMethod]
    public void Architecture_page_lists_every_folder()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/architecture.md"));

        foreach (var folder in Layers.Folders.Where(folder => folder.Length > 0))
        {
            StringAssert.Contains(page, $"| `{folder}/` |");
        }
    }

    [TestMethod]
    [DataRow("base class")]
    [DataRow("interface")]
    [DataRow("constraint")]
    [DataRow("attribute")]
    [DataRow("field")]
    [DataRow("generic argument")]
    [DataRow("parameter")]
    [DataRow("return value")]
    [DataRow("variable")]
    [DataRow("call")]
    [DataRow("type argument of a call")]
    [DataRow("typeof")]
    [DataRow("catch")]
    [DataRow("nested type")]
    public void Forbidden_dependency_is_found(string kind)
    {
        using var module = Layers.ReadModule();
        var keys = module.GetType("CognitoOwin.Keys.PoolKeys");
        var options = module.GetType("CognitoOwin.CognitoJwtAuthenticationOptions");
        Use(kind, keys, options);

        var forbidden = new Layers(module).FindForbidden();

        Assert.HasCount(1, forbidden);
        StringAssert.StartsWith(
            forbidden[0],
            "CognitoOwin.Keys.PoolKeys must not use CognitoOwin.CognitoJwtAuthenticationOptions, because Keys/ is a layer below the root. Used in ");
    }

    [TestMethod]
    [DataRow(
        "CognitoOwin.Json.StrictJson",
        "CognitoOwin.Http.BoundedHttpClient",
        "CognitoOwin.Json.StrictJson must not use CognitoOwin.Http.BoundedHttpClient, because Json/ and Http/ are independent of each other.")]
    [DataRow(
        "CognitoOwin.Claims.CognitoIdentity",
        "CognitoOwin.CognitoTokenValidator",
        "CognitoOwin.Claims.CognitoIdentity must not use CognitoOwin.CognitoTokenValidator, because Claims/ is a layer below Validation/.")]
    [DataRow(
        "CognitoOwin.CognitoTokenValidator",
        "CognitoOwin.Provisioning.UserProvisioner",
        "CognitoOwin.CognitoTokenValidator must not use CognitoOwin.Provisioning.UserProvisioner, because Validation/ is a layer below Provisioning/.")]
    [DataRow(
        "CognitoOwin.CognitoTokenValidator",
        "CognitoOwin.CognitoJwtAuthenticationOptions",
        "CognitoOwin.CognitoTokenValidator must not use CognitoOwin.CognitoJwtAuthenticationOptions, because Validation/ is a layer below the root.")]
    [DataRow(
        "CognitoOwin.CognitoUserPool",
        "CognitoOwin.Json.StrictJson",
        "CognitoOwin.CognitoUserPool must not use CognitoOwin.Json.StrictJson, because every layer may use CognitoUserPool, so that it may use only other shared types.")]
    public void Message_says_why_a_dependency_is_forbidden(string user, string used, string message)
    {
        using var module = Layers.ReadModule();
        Use("field", module.GetType(user), module.GetType(used));

        StringAssert.StartsWith(new Layers(module).FindForbidden().Single(), message);
    }

    [TestMethod]
    [DataRow("CognitoOwin.Keys.PoolKeys", "CognitoOwin.TokenRejection")]
    [DataRow("CognitoOwin.Http.BoundedHttpClient", "CognitoOwin.CognitoKeysOptions")]
    [DataRow("CognitoOwin.CognitoJwtAuthenticationOptions", "CognitoOwin.Configuration.SettingsReader")]
    [DataRow("CognitoOwin.Provisioning.UserProvisioner", "CognitoOwin.Json.StrictJson")]
    public void Allowed_dependency_is_not_reported(string user, string used)
    {
        using var module = Layers.ReadModule();
        Use("field", module.GetType(user), module.GetType(used));

        Assert.IsEmpty(new Layers(module).FindForbidden());
    }

    private static void Use(string kind, TypeDefinition user, TypeDefinition used)
    {
        var module = user.Module;
        var method = new MethodDefinition("Use", MethodAttributes.Private | MethodAttributes.Static, module.TypeSystem.Void);
        switch (kind)
        {
            case "base class":
                user.BaseType = used;
                return;
            case "interface":
                user.Interfaces.Add(new InterfaceImplementation(used));
                return;
            case "constraint":
                var parameter = new GenericParameter("T", method);
                parameter.Constraints.Add(new GenericParameterConstraint(used));
                method.GenericParameters.Add(parameter);
                break;
            case "attribute":
                var constructor = new MethodReference(".ctor", module.TypeSystem.Void, new TypeReference("Other", "Attribute", module, module.TypeSystem.CoreLibrary));
                var type = new TypeReference("System", "Type", module, module.TypeSystem.CoreLibrary);
                var attribute = new CustomAttribute(constructor);
                attribute.ConstructorArguments.Add(new CustomAttributeArgument(type, used));
                user.CustomAttributes.Add(attribute);
                return;
            case "field":
                user.Fields.Add(new FieldDefinition("_used", FieldAttributes.Private, used));
                return;
            case "generic argument":
                var list = new TypeReference("Other", "List`1", module, module.TypeSystem.CoreLibrary);
                var instance = new GenericInstanceType(list);
                instance.GenericArguments.Add(new ArrayType(used));
                user.Fields.Add(new FieldDefinition("_used", FieldAttributes.Private, instance));
                return;
            case "parameter":
                method.Parameters.Add(new ParameterDefinition(new ByReferenceType(used)));
                break;
            case "return value":
                method.ReturnType = used;
                break;
            case "variable":
                method.Body.Variables.Add(new VariableDefinition(used));
                break;
            case "call":
                method.Body.Instructions.Add(Instruction.Create(OpCodes.Call, used.Methods.First(candidate => candidate.IsConstructor && !candidate.IsStatic)));
                break;
            case "type argument of a call":
                var call = new GenericInstanceMethod(new MethodReference("Call", module.TypeSystem.Void, module.TypeSystem.Object));
                call.GenericArguments.Add(used);
                method.Body.Instructions.Add(Instruction.Create(OpCodes.Call, call));
                break;
            case "typeof":
                method.Body.Instructions.Add(Instruction.Create(OpCodes.Ldtoken, used));
                break;
            case "catch":
                method.Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Catch) { CatchType = used });
                break;
            case "nested type":
                var nested = new TypeDefinition("", "Nested", TypeAttributes.NestedPrivate, module.TypeSystem.Object);
                nested.Fields.Add(new FieldDefinition("_used", FieldAttributes.Private, used));
                user.NestedTypes.Add(nested);
                return;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        user.Methods.Add(method);
    }
}

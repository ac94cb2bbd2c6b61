using System.Linq;
using System.Xml.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Repository;

[TestClass]
public sealed class WebConfigTransformTests
{
    private static readonly XElement Configuration = RepositoryFiles.LoadXml("web.config.transform").Root!;

    [TestMethod]
    public void Web_config_transform_adds_the_two_required_settings_and_nothing_else()
    {
        Assert.AreEqual("configuration", Configuration.Name.ToString());
        CollectionAssert.AreEqual(new[] { "appSettings" }, Configuration.Elements().Select(element => element.Name.ToString()).ToArray());

        var settings = Configuration.Element("appSettings")!.Elements("add").ToDictionary(
            setting => (string)setting.Attribute("key")!,
            setting => (string)setting.Attribute("value")!);

        CollectionAssert.AreEquivalent(new[] { "cognito:UserPoolId", "cognito:ClientId" }, settings.Keys.ToArray());
        Assert.IsTrue(settings.Values.All(value => value.Length > 0), "A placeholder shows what belongs there.");
    }

    [TestMethod]
    public void Web_config_transform_says_above_each_setting_where_AWS_shows_it()
    {
        foreach (var setting in Configuration.Element("appSettings")!.Elements("add"))
        {
            Assert.IsInstanceOfType<XComment>(setting.PreviousNode, $"{setting} has no comment above it.");
        }
    }
}

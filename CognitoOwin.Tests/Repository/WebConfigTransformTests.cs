using System;
using System.Collections.Specialized;
using System.Linq;
using System.Xml.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Repository;

[TestClass]
public sealed class WebConfigTransformTests
{
    private static readonly XElement Configuration = RepositoryFiles.LoadXml("web.config.transform").Root!;

    [TestMethod]
    public void Web_config_transform_adds_only_the_two_required_settings()
    {
        Assert.AreEqual("configuration", Configuration.Name.ToString());
        CollectionAssert.AreEqual(new[] { "appSettings" }, Configuration.Elements().Select(element => element.Name.ToString()).ToArray());

        var settings = Configuration.Element("appSettings")!.Elements("add").ToDictionary(
            setting => (string)setting.Attribute("key")!,
            setting => (string)setting.Attribute("value")!);

        CollectionAssert.AreEquivalent(new[] { "cognito:UserPoolId", "cognito:ClientId" }, settings.Keys.ToArray());
        Assert.IsTrue(settings.Values.All(value => value.Length > 0), "Each setting has a placeholder.");
    }

    [TestMethod]
    public void Web_config_transform_has_a_comment_above_each_setting()
    {
        foreach (var setting in Configuration.Element("appSettings")!.Elements("add"))
        {
            Assert.IsInstanceOfType<XComment>(setting.PreviousNode, $"{setting} has no comment above it.");
        }
    }

    [TestMethod]
    [DataRow("<configuration><appSettings><add key=\"webpages:Version\" value=\"3.0.0.0\" /></appSettings><system.web /></configuration>")]
    [DataRow("<configuration><system.web /></configuration>")]
    public void Web_config_transform_adds_its_settings_once_and_keeps_the_rest(string webConfig)
    {
        var before = XElement.Parse(webConfig);
        var once = Apply(XElement.Parse(webConfig), Configuration);
        var twice = Apply(new XElement(once), Configuration);

        Assert.IsTrue(XNode.DeepEquals(once, twice), "Installing the package again adds nothing.");
        Assert.AreEqual(2, once.Element("appSettings")!.Elements("add").Count(IsOurs));
        foreach (var element in before.Descendants())
        {
            Assert.AreEqual(1, once.Descendants().Count(other => XNode.DeepEquals(WithoutChildren(other), WithoutChildren(element))));
        }
    }

    [TestMethod]
    public void Placeholder_left_in_place_stops_the_start_and_is_named()
    {
        var settings = new NameValueCollection();
        foreach (var setting in Configuration.Element("appSettings")!.Elements("add"))
        {
            settings.Add((string)setting.Attribute("key")!, (string)setting.Attribute("value")!);
        }

        var options = new CognitoJwtAuthenticationOptions().ReadSettings(settings);
        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.HasCount(2, e.Problems);
        StringAssert.StartsWith(e.Problems[0], "cognito:UserPoolId is still the placeholder \"YOUR-USER-POOL-ID\": expected");
        StringAssert.StartsWith(e.Problems[1], "cognito:ClientId is still the placeholder \"YOUR-CLIENT-ID\": expected");
        Assert.IsTrue(e.Problems.All(problem => problem.Contains("the Cognito console shows")));
    }

    /// <summary>
    /// Does what NuGet does with a .transform file (https://learn.microsoft.com/nuget/create-packages/source-and-config-file-transformations):
    /// it keeps an existing element with the same attributes and visits its children, and adds any other element.
    /// </summary>
    private static XElement Apply(XElement target, XElement transform)
    {
        foreach (var element in transform.Elements())
        {
            var same = target.Elements(element.Name).FirstOrDefault(other =>
                element.Attributes().All(attribute => (string?)other.Attribute(attribute.Name) == attribute.Value));
            if (same != null)
            {
                Apply(same, element);
            }
            else
            {
                target.Add(element);
            }
        }

        return target;
    }

    private static bool IsOurs(XElement setting) => ((string?)setting.Attribute("key"))?.StartsWith("cognito:", StringComparison.Ordinal) == true;

    private static XElement WithoutChildren(XElement element) => new(element.Name, element.Attributes());
}

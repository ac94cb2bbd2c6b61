using System;
using System.Linq;
using System.Security.Claims;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Claims;

/// <summary>Roles from another claim than <c>cognito:groups</c>, in each format.</summary>
[TestClass]
public sealed class RolesTests
{
    [TestMethod]
    public async Task Attribute_without_a_name_throws()
    {
        using var pool = new CognitoTestPool();
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        using var validator = new CognitoTokenValidator(options);

        var token = (await validator.ValidateAsync(pool.IdToken())).Token!;

        Assert.ThrowsExactly<ArgumentNullException>(() => token.Attributes[null!]);
    }

    [TestMethod]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader, admin]", "reader|admin")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader,admin]", "reader|admin")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader]", "reader")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "reader", "reader")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "Domain Users", "Domain Users")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[Domain+Users, R%26D%2C+Bonn, %C3%9Cber]", "Domain Users|R&D, Bonn|Über")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, "reader,admin", "reader|admin")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, " reader , admin ", "reader|admin")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, "R%26D", "R%26D")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader","admin"]""", "reader|admin")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """ [ "a, b" , "[c]", "\u0064" ] """, "a, b|[c]|d")]
    public async Task Roles_are_read_from_a_text_in_the_configured_format(CognitoRoleClaimFormat format, string text, string expected)
    {
        var user = await SignInAsync(format, text);

        Assert.AreEqual(expected, string.Join("|", user.GetCognitoAttributes("custom:roles")));
        Assert.IsTrue(expected.Split('|').All(user.IsInRole));
        Assert.IsFalse(user.IsInRole(text) && text != expected, "The whole text is no role.");
    }

    [TestMethod]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader, admin")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "reader, admin]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "reader,admin")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, """["reader","admin"]""")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[[admin]]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader,, admin]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader, %]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader, %2]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader, %FF]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[reader, +]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "[]")]
    [DataRow(CognitoRoleClaimFormat.BracketedList, "")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, "[reader,admin]")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, """["reader","admin"]""")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, "reader,")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, "reader, ,admin")]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList, "")]
    [DataRow(CognitoRoleClaimFormat.JsonList, "admin")]
    [DataRow(CognitoRoleClaimFormat.JsonList, "[admin]")]
    [DataRow(CognitoRoleClaimFormat.JsonList, "\"admin\"")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader","admin" """)]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader",1]""")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader",null]""")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader",["admin"]]""")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader",""]""")]
    [DataRow(CognitoRoleClaimFormat.JsonList, """["reader","\ud800"]""")]
    [DataRow(CognitoRoleClaimFormat.JsonList, "[]")]
    public async Task Text_in_another_format_gives_no_role(CognitoRoleClaimFormat format, string text)
    {
        var user = await SignInAsync(format, text);

        Assert.AreEqual("alice", user.Identity!.Name);
        Assert.IsFalse(user.HasClaim(claim => claim.Type == "custom:roles"), "Neither the text nor a part of it is a role.");
        Assert.IsFalse(user.IsInRole("admin") || user.IsInRole("reader"));
    }

    [TestMethod]
    [DataRow(CognitoRoleClaimFormat.BracketedList)]
    [DataRow(CognitoRoleClaimFormat.CommaSeparatedList)]
    [DataRow(CognitoRoleClaimFormat.JsonList)]
    public async Task Claim_that_is_not_a_text_gives_no_role_in_a_text_format(CognitoRoleClaimFormat format)
    {
        foreach (var value in new object[] { new[] { "admin" }, 1, true, new { admin = 1 } })
        {
            Assert.IsFalse((await SignInAsync(format, value)).HasClaim(claim => claim.Type == "custom:roles"));
        }
    }

    [TestMethod]
    public async Task Items_of_a_list_are_roles_by_default()
    {
        var user = await SignInAsync(CognitoRoleClaimFormat.Items, new[] { "reader", "admin" });

        Assert.IsTrue(user.IsInRole("reader") && user.IsInRole("admin"));
        Assert.AreEqual("reader", user.GetCognitoAttribute("custom:roles"));
        CollectionAssert.AreEqual(new[] { "reader", "admin" }, user.GetCognitoAttributes("custom:roles").ToArray());
        Assert.IsEmpty(user.GetCognitoAttributes("custom:none"));
        Assert.IsTrue((await SignInAsync(CognitoRoleClaimFormat.Items, "[reader, admin]")).IsInRole("[reader, admin]"), "No format is guessed.");
    }

    [TestMethod]
    public async Task Attributes_of_a_token_give_all_items_of_a_list()
    {
        using var pool = new CognitoTestPool();
        CognitoAttributes? attributes = null;

        await pool.SignInAsync(
            pool.IdToken().WithClaim("roles", new object?[] { "reader", null, 7 }).WithClaim("custom:tenant", "acme"),
            options => options.Provider.OnProvisionUser = context =>
            {
                attributes = context.Attributes;
                return Task.FromResult(0);
            });

        CollectionAssert.AreEqual(new[] { "reader", "7" }, attributes!.GetAll("roles").ToArray());
        CollectionAssert.AreEqual(new[] { "acme" }, attributes.GetAll("custom:tenant").ToArray());
        Assert.IsEmpty(attributes.GetAll("Roles"));
    }

    [TestMethod]
    public async Task Ten_thousand_groups_are_ten_thousand_roles()
    {
        using var pool = new CognitoTestPool();

        var user = await pool.SignInAsync(
            pool.IdToken().WithGroups([.. Enumerable.Range(0, 10_000).Select(number => "group-" + number)]),
            options => options.MaximumTokenLength = 1_048_576);

        Assert.HasCount(10_000, user.GetCognitoGroups());
        Assert.IsTrue(user.IsInRole("group-9999"));
    }

    [TestMethod]
    [DataRow("custom:roles", true)]
    [DataRow("profile", true)]
    [DataRow("cognito:groups", false)]
    [DataRow("roles", false)]
    public void Start_warns_of_roles_that_users_may_write_themselves(string roleClaimType, bool expected)
    {
        using var pool = new CognitoTestPool();
        var log = new RecordingLog();

        using var host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(log);
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.RoleClaimType = roleClaimType;
            });
        });

        Assert.AreEqual(expected ? 1 : 0, log.GetTexts(202).Count(text => text.Contains(roleClaimType)));
        Assert.AreEqual(expected ? 1 : 0, log.GetTexts(202).Count);
    }

    private static async Task<ClaimsPrincipal> SignInAsync(CognitoRoleClaimFormat format, object roles)
    {
        using var pool = new CognitoTestPool();
        return await pool.SignInAsync(pool.IdToken("alice").WithClaim("custom:roles", roles), options =>
        {
            options.RoleClaimType = "custom:roles";
            options.RoleClaimFormat = format;
        });
    }
}

global using System;
global using System.Collections.Generic;
global using System.Data.Common;
global using System.Linq;
global using System.Net.Http;
global using System.Security.Claims;
global using System.Threading.Tasks;
global using System.Web;
global using System.Web.Http;
global using CognitoOwin;
global using CognitoOwin.Testing;
global using CognitoOwin.WebApi;
global using Dapper;
global using Microsoft.Owin;
global using Microsoft.Owin.Security;
global using Microsoft.VisualStudio.TestTools.UnitTesting;
global using Owin;

namespace Snippets;

/// <summary>What the pages' blocks use without showing it, because every reader has one of it.</summary>
public class Surroundings : ApiController
{
    protected readonly IAppBuilder app;
    protected readonly HttpConfiguration config;
    protected readonly UserStore users;
    protected readonly IOwinContext context;
    protected readonly string token;
    protected readonly CognitoJwtAuthenticationOptions options;
}

/// <summary>An application's own store of users.</summary>
public class UserStore
{
    public Task<User> GetOrCreateAsync(string userPoolId, string subject, string email) => Task.FromResult(new User());
}

/// <summary>An application's own user.</summary>
public class User
{
    public int Id { get; set; }

    public string Email { get; set; }

    public bool IsDisabled { get; set; }
}

/// <summary>The user of docs/provisioning.md.</summary>
public class LocalUser
{
    public int Id { get; set; }

    public string Email { get; set; }
}

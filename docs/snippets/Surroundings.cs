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

/// <summary>The variables that the blocks of the pages use without declaring them.</summary>
public class Surroundings : ApiController
{
    protected readonly IAppBuilder app;
    protected readonly HttpConfiguration config;
    protected readonly UserStore users;
    protected readonly IOwinContext context;
    protected readonly string token;
    protected readonly StackExchange.Redis.IConnectionMultiplexer connection;
    protected readonly CognitoJwtAuthenticationOptions options;
}

/// <summary>A store of users in the reader's application.</summary>
public class UserStore
{
    public Task<User> GetOrCreateAsync(string userPoolId, string subject, string email) => Task.FromResult(new User());
}

/// <summary>A user of the reader's application.</summary>
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

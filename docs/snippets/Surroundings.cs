using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin;
using Microsoft.Owin;
using Owin;

namespace Snippets
{
    /// <summary>The variables that the blocks of the pages use without declaring them. Members and statements are in a controller.</summary>
    public class Surroundings : ApiController
    {
        public IAppBuilder app;
        public HttpConfiguration config;
        public UserStore users;
        public IOwinContext context;
        public string token;
        public CognitoJwtAuthenticationOptions options;
        public StackExchange.Redis.IConnectionMultiplexer connection;

        /// <summary>The statements of a block.</summary>
        public virtual Task RunAsync() => throw new System.NotSupportedException("This block has members.");
    }

    /// <summary>A store of users in the reader's application.</summary>
    public class UserStore
    {
        public Task<LocalUser> GetOrCreateAsync(string userPoolId, string subject, string email) => Task.FromResult(new LocalUser());
    }

    /// <summary>A user of the reader's application.</summary>
    public class LocalUser
    {
        public int Id { get; set; }

        public string Email { get; set; }

        public bool IsDisabled { get; set; }

        public bool IsAdmin { get; set; }
    }
}

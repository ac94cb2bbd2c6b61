using System.Web.Http;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Serialization;

namespace Notes;

public static class WebApiConfig
{
    public static void Register(HttpConfiguration config)
    {
        config.MapHttpAttributeRoutes();

        config.Formatters.Remove(config.Formatters.XmlFormatter);
        var json = config.Formatters.JsonFormatter.SerializerSettings;
        json.ContractResolver = new CamelCasePropertyNamesContractResolver();
        json.Converters.Add(new StringEnumConverter(new CamelCaseNamingStrategy()));
    }
}

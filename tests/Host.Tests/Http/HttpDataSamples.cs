using System.Net;
using System.Text;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace SyncFunctions.Host.Tests.Http;

public sealed record Reading(int Id, string? Name);

/// <summary>Functions in the worker's own types; they run with and without ASP.NET Core.</summary>
public sealed class HttpDataSamples
{
    [Function("DataEcho")]
    public async Task<HttpResponseData> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/echo/{part}")] HttpRequestData request, string part, string? q)
    {
        var response = request.CreateResponse(HttpStatusCode.Accepted);
        response.Headers.Add("X-Seen", [request.Method, request.Url.AbsolutePath, part, q ?? "none", request.Query["q"] ?? "none"]);
        response.Headers.Add("X-Cookies", string.Join(' ', request.Cookies.Select(cookie => $"{cookie.Name}={cookie.Value}")));
        response.Headers.Add("X-Mine", request.Headers.TryGetValues("x-mine", out var mine) ? mine.Single() : "none");
        response.Cookies.Append("plain", "1");
        response.Cookies.Append(new HttpCookie("rich", "2") { Path = "/api", HttpOnly = true, MaxAge = 60, SameSite = SameSite.Strict });
        await response.WriteStringAsync($"{await request.ReadAsStringAsync()} {request.Identities.Any(identity => identity.IsAuthenticated)}");
        return response;
    }

    [Function("DataJson")]
    public async Task<HttpResponseData> Json([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/json")] HttpRequestData request)
    {
        var reading = await request.ReadFromJsonAsync<Reading>();
        var response = request.CreateResponse(HttpStatusCode.Created);
        await response.WriteAsJsonAsync(reading);
        return response;
    }

    [Function("DataJsonOwn")]
    public async Task<HttpResponseData> JsonOwn([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/jsonown")] HttpRequestData request)
    {
        var serializer = new JsonObjectSerializer(new(System.Text.Json.JsonSerializerDefaults.Web));
        var response = HttpResponseData.CreateResponse(request);
        await response.WriteAsJsonAsync(await request.ReadFromJsonAsync<Reading>(serializer), serializer, "application/vnd.mine+json");
        return response;
    }

    [Function("DataBytes")]
    public async Task<HttpResponseData> Bytes([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/bytes")] HttpRequestData request)
    {
        var response = request.CreateResponse();
        await response.WriteBytesAsync([1, 2]);
        await response.WriteBytesAsync([3], CancellationToken.None);
        await response.WriteStringAsync("é", CancellationToken.None, Encoding.Latin1);
        return response;
    }

    [Function("DataHeaders")]
    public HttpResponseData Headers([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/headers")] HttpRequestData request)
    {
        var response = request.CreateResponse(HttpStatusCode.NoContent);
        response.Headers = new HttpHeadersCollection([KeyValuePair.Create("X-Whole", "new")]);
        return response;
    }

    [Function("DataFails")]
    public HttpResponseData Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/fails")] HttpRequestData request)
    {
        var response = request.CreateResponse(HttpStatusCode.OK);
        response.Headers.Add("X-Secret", "kept");
        throw new InvalidOperationException("after the headers were set");
    }

    [Function("DataBody")]
    public async Task<HttpResponseData> Body([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/body")] HttpRequestData request, [FromBody] Reading reading)
    {
        var response = request.CreateResponse();
        await response.WriteStringAsync($"{reading.Id} {reading.Name}");
        return response;
    }

    [Function("DataMember")]
    public async Task<Several> Member([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/member")] HttpRequestData request)
    {
        var response = request.CreateResponse(HttpStatusCode.PartialContent);
        await response.WriteStringAsync("member");
        return new Several { Answer = response };
    }

    [Function("DataLength")]
    public async Task<HttpResponseData> Length([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/length")] HttpRequestData request)
    {
        var body = await BinaryData.FromStreamAsync(request.Body);
        var response = request.CreateResponse();
        await response.WriteStringAsync(body.ToMemory().Length.ToString());
        return response;
    }

    [Function("DataSync")]
    public HttpResponseData Sync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/sync")] HttpRequestData request)
    {
        var response = request.CreateResponse();
        response.WriteString(request.ReadAsString()!);
        response.WriteBytes([33]);
        return response;
    }

    [Function("DataNull")]
    public HttpResponseData? Null([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/null")] HttpRequestData request) => null;

    public sealed class Several
    {
        public HttpResponseData? Answer { get; set; }
    }
}

/// <summary>Functions whose results only the worker without ASP.NET Core sends.</summary>
public sealed class HttpValueSamples
{
    [Function("ValueText")]
    public string Text([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "value/text")] HttpRequestData request) => "text";

    [Function("ValueObject")]
    public Reading Object([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "value/object")] HttpRequestData request) => new(1, "é");

    [Function("ValueNone")]
    public void None([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "value/none")] HttpRequestData request)
    {
    }
}

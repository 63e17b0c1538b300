using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>The HTTP side of a table account: every request of every client is made and sent here.</summary>
internal sealed class TableService
{
    private readonly HttpPipeline _pipeline;
    private readonly string _version;
    private readonly string _authority;
    private readonly string _root;

    private TableService(TableEndpoint endpoint, TableClientOptions? options, HttpPipelinePolicy? perCall, HttpPipelinePolicy? perRetry)
    {
        options ??= new TableClientOptions();
        Endpoint = endpoint;
        _authority = endpoint.Service.GetLeftPart(UriPartial.Authority);
        _root = endpoint.Service.AbsoluteUri.TrimEnd('/');
        _version = options.VersionHeader;
        var pipeline = new HttpPipelineOptions(options) { RequestFailedDetailsParser = TableErrorParser.Instance };
        if (perCall is not null)
            pipeline.PerCallPolicies.Add(perCall);
        if (perRetry is not null)
            pipeline.PerRetryPolicies.Add(perRetry);
        _pipeline = HttpPipelineBuilder.Build(pipeline);
    }

    public TableEndpoint Endpoint { get; }

    /// <summary>Null when the client was made without the account's key; then it can sign no SAS.</summary>
    public TableSharedKeyCredential? SharedKey { get; private init; }

    public static TableService Connect(string connectionString, TableClientOptions? options)
    {
        var parsed = TableConnectionString.Parse(connectionString);
        return parsed.SharedKey is { } key ? Connect(parsed.Endpoint, key, options) : ConnectWithSas(parsed.Endpoint, options);
    }

    public static TableService Connect(TableEndpoint endpoint, TableSharedKeyCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return new TableService(endpoint, options, null, new SharedKeyPolicy(credential)) { SharedKey = credential };
    }

    public static TableService Connect(TableEndpoint endpoint, AzureSasCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        TableEndpoint.RequireSafeTransport(endpoint);
        return new TableService(endpoint, options, new SasPolicy(credential), null);
    }

    public static TableService ConnectWithSas(TableEndpoint endpoint, TableClientOptions? options)
    {
        TableEndpoint.RequireSafeTransport(endpoint);
        return new TableService(endpoint, options, endpoint.Sas.Length > 0 ? new SasPolicy(new AzureSasCredential(endpoint.Sas)) : null, null);
    }

    public static TableService Connect(TableEndpoint endpoint, TokenCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        var scope = (options?.Audience ?? TableAudience.AzurePublicCloud).DefaultScope;
        return new TableService(endpoint, options, null, new BearerTokenAuthenticationPolicy(credential, scope));
    }

    /// <summary>The address of an entity, where each odd character of its keys is escaped.</summary>
    public string EntityAddress(string table, string partitionKey, string rowKey) =>
        $"{TableAddress(table)}(PartitionKey={Escape(partitionKey)},RowKey={Escape(rowKey)})";

    public string TableAddress(string table) => $"{_root}/{table}";

    /// <summary>A request that any other status than the expected ones makes fail.</summary>
    public HttpMessage Request(RequestMethod method, string address, params ReadOnlySpan<ushort> expected)
    {
        var message = _pipeline.CreateMessage();
        message.ResponseClassifier = new StatusCodeClassifier(expected);
        message.Request.Method = method;
        message.Request.Uri.Scheme = Endpoint.Service.Scheme;
        message.Request.Uri.Host = Endpoint.Service.Host;
        message.Request.Uri.Port = Endpoint.Service.Port;
        message.Request.Uri.Path = address[_authority.Length..];
        message.Request.Headers.SetValue("x-ms-version", _version);
        message.Request.Headers.SetValue("DataServiceVersion", "3.0");
        message.Request.Headers.SetValue("Accept", TableMediaType.Accepted);
        return message;
    }

    public Response Send(HttpMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            _pipeline.Send(message, cancellationToken);
            return Checked(message.Response);
        }
    }

    public async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            await _pipeline.SendAsync(message, cancellationToken);
            return Checked(message.Response);
        }
    }

    private static Response Checked(Response response) => response.IsError ? throw new RequestFailedException(response) : response;

    private static string Escape(string key) => Uri.EscapeDataString(ODataLiteral.Quote(key));
}

internal static class TableMediaType
{
    public const string Accepted = "application/json;odata=minimalmetadata";
    public const string Sent = "application/json";
}

internal static class TableRequestExtensions
{
    public static HttpMessage WithJson(this HttpMessage message, ReadOnlyMemory<byte> json)
    {
        message.Request.Headers.SetValue("Content-Type", TableMediaType.Sent);
        message.Request.Content = RequestContent.Create(json);
        return message;
    }

    public static HttpMessage WithHeader(this HttpMessage message, string name, string value)
    {
        message.Request.Headers.SetValue(name, value);
        return message;
    }

    public static HttpMessage WithQuery(this HttpMessage message, string name, string? value)
    {
        if (value is not null)
            message.Request.Uri.AppendQuery(name, value, escapeValue: true);
        return message;
    }
}

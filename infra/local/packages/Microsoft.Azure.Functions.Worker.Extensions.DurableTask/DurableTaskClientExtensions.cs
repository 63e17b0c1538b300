using System.Net;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Answers that tell a caller where to follow an orchestration.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>Accepted, with the address to ask at in Location and all addresses of the instance in the body.</summary>
    public static Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponseAsync(request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <inheritdoc cref="CreateCheckStatusResponseAsync(DurableTaskClient, HttpRequestData, string, CancellationToken)"/>
    public static async Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode, CancellationToken cancellation = default)
    {
        var (response, payload) = Begin(client, request, instanceId, statusCode);
        await response.FunctionContext.Serializer().SerializeAsync(response.Body, payload, payload.GetType(), cancellation);
        return response;
    }

    /// <summary>Accepted, with the address to ask at in Location and all addresses of the instance in the body.</summary>
    public static HttpResponseData CreateCheckStatusResponse(
        this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponse(request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <inheritdoc cref="CreateCheckStatusResponse(DurableTaskClient, HttpRequestData, string, CancellationToken)"/>
    public static HttpResponseData CreateCheckStatusResponse(
        this DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode, CancellationToken cancellation = default)
    {
        var (response, payload) = Begin(client, request, instanceId, statusCode);
        response.FunctionContext.Serializer().Serialize(response.Body, payload, payload.GetType(), cancellation);
        return response;
    }

    /// <summary>All addresses of an instance, at the host of the request; without one at this host by its own name.</summary>
    public static HttpManagementPayload CreateHttpManagementPayload(this DurableTaskClient client, string instanceId, HttpRequestData? request = null)
    {
        if (string.IsNullOrEmpty(instanceId)) throw new ArgumentException("InstanceId cannot be null or empty.", nameof(instanceId));
        return LinksOf(client).ForClient(instanceId, OriginOf(request));
    }

    private static (HttpResponseData Response, HttpManagementPayload Payload) Begin(
        DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(request);
        var payload = LinksOf(client).ForClient(instanceId, OriginOf(request));
        var response = request.CreateResponse(statusCode);
        response.Headers.Add("Location", payload.StatusQueryGetUri);
        response.Headers.Add("Content-Type", "application/json");
        return (response, payload);
    }

    private static string? OriginOf(HttpRequestData? request) => request?.Url.GetLeftPart(UriPartial.Authority);

    private static ManagementLinks LinksOf(DurableTaskClient client) => (client as FunctionsDurableTaskClient)?.Links
        ?? throw new InvalidOperationException(
            "Failed to create HTTP management payload. The client must be one that a function was given by its [DurableClient] parameter.");
}

namespace SyncFunctions.Simulation.Service;

/// <summary>An instance's way to the vendors: a turn before a call is sent, and one before its answer arrives.</summary>
internal sealed class InstanceNetwork(AppInstance instance, Steps steps, HttpMessageHandler network) : DelegatingHandler(network)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var what = $"{request.Method} {request.RequestUri!.Host}{request.RequestUri.PathAndQuery}";
        var send = await steps.TakeAsync(instance, $"send {what}");
        cancellationToken.ThrowIfCancellationRequested();
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
        }
        catch (Exception) when (!instance.IsDead)
        {
            await send.DoneAsync();
            throw;
        }

        await send.DoneAsync();
        var reply = await steps.TakeAsync(instance, $"reply {(int)response.StatusCode} {what}");
        cancellationToken.ThrowIfCancellationRequested();
        await reply.DoneAsync();
        return response;
    }

    // The network is shared by all instances.
    protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
}

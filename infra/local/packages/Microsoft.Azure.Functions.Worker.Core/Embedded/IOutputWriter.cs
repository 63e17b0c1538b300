using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Delivers what a function returned through an output binding. Registered as a singleton.</summary>
internal interface IOutputWriter
{
    bool CanWrite(OutputBindingAttribute output);

    Task WriteAsync(OutputBindingAttribute output, object? value, FunctionContext context, CancellationToken cancellation);
}

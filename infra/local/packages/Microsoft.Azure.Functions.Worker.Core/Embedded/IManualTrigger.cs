namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A listener whose functions can be set off by hand, through <c>POST /admin/functions/{name}</c>.</summary>
internal interface IManualTrigger
{
    TriggerInvocation ForManualRun(FunctionDescriptor function, string input);
}

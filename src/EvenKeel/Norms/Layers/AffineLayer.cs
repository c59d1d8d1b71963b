using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Norms.Layers;

/// <summary>Gain and shift per channel, nothing else: what a normalizing activation leaves where no activation stands.</summary>
internal sealed class AffineLayer(int channels) : TableNormLayer(channels, Activation.Identity, gain: true, shift: true)
{
    public override bool UndoesScale => false;

    public override (float[] Scale, float[] Shift)? EvaluationMap() => (Gamma!.Value.ToArray(), Beta!.Value.ToArray());

    protected override bool Measures(Pass pass) => false;

    protected override void Measure(Pass pass, bool measured, ref SavedTensors saved) => Tables.LeaveInput();

    protected override Slope Differentiate(Tape tape, SavedTensors saved) => Slope.None;
}

"""Networks on images in PyTorch, as people write them, with few channels."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet(nn.Module):
    """LeCun's net of 1998 for images of 28 by 28."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


class BasicBlock(nn.Module):
    """Two convolutions and the input beside them."""

    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or in_planes != planes:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, stride=stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class ResNet18(nn.Module):
    """The structure of ResNet-18: a stem, four layers of two blocks, a mean, a linear layer."""

    def __init__(self, widths=(8, 16, 32, 64), classes=10):
        super().__init__()
        self.inplanes = widths[0]
        self.conv1 = nn.Conv2d(3, widths[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._layer(widths[0], 1)
        self.layer2 = self._layer(widths[1], 2)
        self.layer3 = self._layer(widths[2], 2)
        self.layer4 = self._layer(widths[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(widths[3], classes)

    def _layer(self, planes, stride):
        blocks = [BasicBlock(self.inplanes, planes, stride), BasicBlock(planes, planes)]
        self.inplanes = planes
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


def conv_bn(inputs, outputs, kernel, stride=1, groups=1, act=nn.Hardswish):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs), act(inplace=True) if act else nn.Identity())


class InvertedResidual(nn.Module):
    """Wider, a convolution of each channel by itself, narrower."""

    def __init__(self, inputs, outputs, stride, expand, act):
        super().__init__()
        hidden = inputs * expand
        self.use_res_connect = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(
            conv_bn(inputs, hidden, 1, act=act),
            conv_bn(hidden, hidden, 3, stride, groups=hidden, act=act),
            conv_bn(hidden, outputs, 1, act=None))

    def forward(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNet(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(3, 8, 3, stride=2),
            InvertedResidual(8, 8, 1, 2, nn.ReLU6),
            InvertedResidual(8, 16, 2, 3, nn.ReLU6),
            InvertedResidual(16, 16, 1, 3, nn.Hardswish),
            InvertedResidual(16, 24, 2, 3, nn.Hardswish),
            conv_bn(24, 48, 1))
        self.classifier = nn.Sequential(
            nn.Linear(48, 32), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(32, classes))

    def forward(self, x):
        x = self.features(x)
        return self.classifier(x.mean([2, 3]))


class DoubleConv(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, channels=6):
        super().__init__()
        self.inc = DoubleConv(1, channels)
        self.down1 = DoubleConv(channels, 2 * channels)
        self.down2 = DoubleConv(2 * channels, 4 * channels)
        self.up1 = nn.ConvTranspose2d(4 * channels, 2 * channels, kernel_size=2, stride=2)
        self.conv1 = DoubleConv(4 * channels, 2 * channels)
        self.up2 = nn.ConvTranspose2d(2 * channels, channels, 3, stride=2, padding=1, output_padding=1)
        self.conv2 = DoubleConv(2 * channels, channels)
        self.outc = nn.Conv2d(channels, 2, kernel_size=1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(self.pool(x1))
        x3 = self.down2(self.pool(x2))
        x = self.conv1(torch.cat([x2, self.up1(x3)], dim=1))
        x = self.conv2(torch.cat([x1, self.up2(x)], dim=1))
        return self.outc(x)


class GroupNormNet(nn.Module):
    """Group norm, instance norm and other activations."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 3, padding=1)
        self.norm1 = nn.GroupNorm(4, 12)
        self.conv2 = nn.Conv2d(12, 16, 3, stride=2, padding=2, dilation=2)
        self.norm2 = nn.GroupNorm(8, 16)
        self.act = nn.SiLU()
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1, padding_mode='reflect')
        self.norm3 = nn.InstanceNorm2d(16, affine=True)
        self.prelu = nn.PReLU(16)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = self.act(self.norm1(self.conv1(x)))
        x = self.act(self.norm2(self.conv2(x)))
        x = self.prelu(self.norm3(self.conv3(x)))
        x = F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1)
        return F.log_softmax(self.head(F.leaky_relu(x, 0.1)), dim=1)


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, 2 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * growth)
        self.conv2 = nn.Conv2d(2 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(F.relu(self.norm1(x)))
        y = self.conv2(F.relu(self.norm2(y)))
        return torch.cat([x, y], 1)


class DenseNet(nn.Module):
    def __init__(self, growth=6, layers=3):
        super().__init__()
        self.conv0 = nn.Conv2d(3, 12, 3, padding=1, bias=False)
        channels = 12
        self.block1 = nn.Sequential(*[DenseLayer(channels + i * growth, growth) for i in range(layers)])
        channels += layers * growth
        self.transition = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels // 2, 1, bias=False),
            nn.AvgPool2d(2))
        channels //= 2
        self.block2 = nn.Sequential(*[DenseLayer(channels + i * growth, growth) for i in range(layers)])
        channels += layers * growth
        self.norm5 = nn.BatchNorm2d(channels)
        self.classifier = nn.Linear(channels, 10)

    def forward(self, x):
        x = self.block2(self.transition(self.block1(self.conv0(x))))
        x = F.relu(self.norm5(x))
        x = F.adaptive_avg_pool2d(x, (1, 1)).flatten(1)
        return self.classifier(x)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction), nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class SENet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.ELU(), nn.AvgPool2d(3, stride=2, padding=1))
        self.se1 = SqueezeExcitation(16)
        self.conv = nn.Conv2d(16, 32, 3, stride=2, groups=4)
        self.se2 = SqueezeExcitation(32)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.se1(self.stem(x))
        x = self.se2(torch.tanh(self.conv(x)))
        return self.fc(torch.amax(x, dim=(2, 3)))


class VAE(nn.Module):
    """The noise is an input, so that the outputs are known."""

    def __init__(self, size=64, hidden=32, latent=6):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(size, hidden), nn.LeakyReLU(0.2))
        self.fc_mu = nn.Linear(hidden, latent)
        self.fc_logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent, hidden), nn.Softplus(), nn.Linear(hidden, size), nn.Sigmoid())

    def forward(self, x, noise):
        h = self.encoder(x.flatten(1))
        mu, logvar = self.fc_mu(h), self.fc_logvar(h)
        z = mu + noise * torch.exp(0.5 * logvar)
        return self.decoder(z).view_as(x), mu, logvar


class Autoencoder(nn.Module):
    """Down by strides, up by interpolation."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU())
        self.up = nn.Upsample(scale_factor=2, mode='nearest')
        self.conv1 = nn.Conv2d(16, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 4, 3, padding=1)
        self.conv3 = nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, x):
        z = self.down(x)
        y = F.relu(self.conv1(self.up(z)))
        y = F.relu(self.conv2(F.interpolate(y, scale_factor=2, mode='bilinear', align_corners=False)))
        y = F.interpolate(y, size=(20, 20), mode='bilinear', align_corners=True)
        return torch.sigmoid(self.conv3(y))


class PatchEmbedding(nn.Module):
    def __init__(self, patch, dim):
        super().__init__()
        self.proj = nn.Conv2d(3, dim, kernel_size=patch, stride=patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.num_heads = heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        attn = (q @ k.transpose(-2, -1)) * self.scale
        x = (attn.softmax(dim=-1) @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


class ViTBlock(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self, image=16, patch=4, dim=24, depth=2, heads=3, classes=10):
        super().__init__()
        self.patch_embed = PatchEmbedding(patch, dim)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim) * 0.02)
        self.pos_embed = nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, dim) * 0.02)
        self.blocks = nn.Sequential(*[ViTBlock(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        x = self.patch_embed(x)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1)
        x = self.norm(self.blocks(x + self.pos_embed))
        return self.head(x[:, 0])
